package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.Principal;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Once;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The Idempotency-Key header: a caller's wish that a write happens at most once.
 *
 * <p>A key belongs to its tenant, credential and route, so that no caller ever gets another's
 * answer.
 */
final class IdempotencyKey {
  static final String REPLAYED = "idempotency-replayed";

  private static final String HEADER = "idempotency-key";
  private static final int LONGEST = 255;
  private static final Set<Route> RETRIED = Set.of(Routes.FEEDBACK, Routes.TOOLS_FEEDBACK);

  private IdempotencyKey() {}

  /**
   * Returns the wish; {@link Once#UNKEYED} without header, or where nothing is written.
   *
   * @throws ApiException 400 {@code invalid_idempotency_key}
   */
  static Once of(Exchange exchange, HttpServletRequest request, JsonNode body) {
    Route route = exchange.route();
    String key = route.keyed() ? key(Collections.list(request.getHeaders(HEADER))) : null;
    if (key == null && RETRIED.contains(route)) {
      key = retryKey(request.getHeader("x-request-id"), body);
    }
    if (key == null) {
      return Once.UNKEYED;
    }
    return new Once(
        exchange.owner().tenant(),
        principal(exchange),
        route.method() + " " + route.path(),
        key,
        CanonicalJson.sha256Hex(body));
  }

  /**
   * A client that repeats a request after a lost answer sends the same id with the same body. Where
   * doing it twice would count twice, that is a key as well (policy contract, defect D7).
   */
  private static String retryKey(String requestId, JsonNode body) {
    return requestId == null || requestId.isBlank()
        ? null
        : "x-request-id "
            + Hashes.sha256Hex(requestId.trim() + "\n" + CanonicalJson.sha256Hex(body));
  }

  private static String key(List<String> headers) {
    if (headers.isEmpty()) {
      return null;
    }
    String key = headers.get(0).trim();
    if (headers.size() > 1 || key.isEmpty() || key.length() > LONGEST) {
      throw ApiException.badRequest(
          "invalid_idempotency_key",
          "Idempotency-Key must be one header of 1 to " + LONGEST + " characters",
          null);
    }
    return key;
  }

  private static String principal(Exchange exchange) {
    if (exchange.route().guard() == Route.Guard.ADMIN) {
      return "admin";
    }
    return exchange.principal().map(Principal::fingerprint).map("key:"::concat).orElse("anonymous");
  }
}
