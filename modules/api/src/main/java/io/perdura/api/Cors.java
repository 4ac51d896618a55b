package io.perdura.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Set;

/** Which browser pages may read answers (contract, section 1.3; policy-control, section 1.5). */
final class Cors {
  private final Set<String> origins;
  private final boolean any;

  Cors(List<String> origins) {
    this.origins = Set.copyOf(origins);
    this.any = origins.contains("*");
  }

  void apply(HttpServletRequest request, HttpServletResponse response) {
    if (any) {
      allow("*", response);
      return;
    }
    String origin = request.getHeader("origin");
    if (origin != null && origins.contains(origin)) {
      allow(origin, response);
      response.setHeader("vary", "Origin");
    }
  }

  private static void allow(String origin, HttpServletResponse response) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-methods", "GET,POST,OPTIONS");
    response.setHeader(
        "access-control-allow-headers",
        "content-type,x-api-key,x-tenant-id,authorization,x-request-id");
    response.setHeader("access-control-expose-headers", "x-request-id");
    response.setHeader("access-control-max-age", "600");
  }
}
