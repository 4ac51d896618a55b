package io.perdura.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Set;

/** Which browser pages may read answers (contract, section 1.3; policy-control, section 1.5). */
final class Cors {
  /** The contract's five, and the key with which a page may repeat its writes. */
  private static final String HEADERS =
      "content-type,x-api-key,x-tenant-id,authorization,x-request-id,idempotency-key";

  /** What a page must see to repeat a request well. */
  private static final String EXPOSED = "x-request-id,retry-after,idempotency-replayed";

  private static final String MCP_HEADERS =
      ",mcp-protocol-version,mcp-session-id,mcp-method,mcp-name,last-event-id";

  private final Set<String> origins;
  private final boolean any;

  Cors(List<String> origins) {
    this.origins = Set.copyOf(origins);
    this.any = origins.contains("*");
  }

  void apply(HttpServletRequest request, HttpServletResponse response) {
    String origin = request.getHeader("origin");
    if (any) {
      allow("*", response);
    } else if (origin != null && origins.contains(origin)) {
      allow(origin, response);
      response.setHeader("vary", "Origin");
    } else {
      return;
    }
    if (request.getRequestURI().equals(Routes.MCP.path())) {
      response.setHeader("access-control-allow-headers", HEADERS + MCP_HEADERS);
    }
  }

  private static void allow(String origin, HttpServletResponse response) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-methods", "GET,POST,OPTIONS");
    response.setHeader("access-control-allow-headers", HEADERS);
    response.setHeader("access-control-expose-headers", EXPOSED);
    response.setHeader("access-control-max-age", "600");
  }
}
