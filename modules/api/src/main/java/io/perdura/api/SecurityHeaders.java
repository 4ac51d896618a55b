package io.perdura.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What keeps browsers from making more of an answer than data: no guessed types, no frames, no
 * scripts, no copy in a cache, and no plain connection after a secure one.
 */
final class SecurityHeaders {
  private static final String A_YEAR = "max-age=31536000";

  private SecurityHeaders() {}

  static void apply(HttpServletRequest request, HttpServletResponse response) {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("x-frame-options", "DENY");
    response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cache-control", "no-store");
    if (request.isSecure()) {
      response.setHeader("strict-transport-security", A_YEAR);
    }
  }
}
