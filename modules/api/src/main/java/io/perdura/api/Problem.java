package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import jakarta.ws.rs.WebApplicationException;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An error answer: status, body and, when the caller should come back, after how many seconds.
 *
 * <p>A refusal that somebody threw on purpose is told as it is. Anything else is a fault of ours:
 * the log gets its cause under the request's id, the caller an opaque 500.
 */
record Problem(int status, ObjectNode body, OptionalInt retryAfterSeconds) {
  private static final Logger LOG = Logger.getLogger(Problem.class.getName());
  private static final int LONGEST_ECHO = 300;

  static Problem of(Throwable cause, Route route) {
    if (cause instanceof ApiException refusal) {
      return new Problem(refusal.status(), refusal.body(), refusal.retryAfterSeconds());
    }
    if (cause instanceof WebApplicationException outside
        && outside.getResponse().getStatus() < 500) {
      return refused(outside.getResponse().getStatus());
    }
    LOG.log(
        Level.SEVERE, cause, () -> "unexpected fault at " + (route == null ? "?" : route.path()));
    return internal();
  }

  /** The container refused by itself. */
  static Problem refused(int status) {
    return new Problem(
        status,
        Jsons.object().put("error", "invalid_request").put("message", "the request is not valid"),
        OptionalInt.empty());
  }

  static Problem internal() {
    return new Problem(
        500,
        Jsons.object().put("error", "internal_error").put("message", "internal error"),
        OptionalInt.empty());
  }

  /** Nothing is served at that method and path: the framework shape of the contract. */
  static Problem notFound(String method, String rawPath) {
    return new Problem(
        404,
        Jsons.object()
            .put("message", "Route " + method + ":" + shorten(rawPath) + " not found")
            .put("error", "Not Found")
            .put("statusCode", 404),
        OptionalInt.empty());
  }

  /** Something is served at that path, but not so. */
  static Problem methodNotAllowed(String method) {
    return new Problem(
        405,
        Jsons.object()
            .put("error", "method_not_allowed")
            .put("message", shorten(method) + " is not served here; use POST"),
        OptionalInt.empty());
  }

  /** The path has an escape that cannot be decoded: the framework shape of the contract. */
  static Problem badPath(String rawPath) {
    return new Problem(
        400,
        Jsons.object()
            .put("error", "Bad Request")
            .put("code", "FST_ERR_BAD_URL")
            .put("message", "'" + shorten(rawPath) + "' is not a valid url component")
            .put("statusCode", 400),
        OptionalInt.empty());
  }

  private static String shorten(String text) {
    return text.length() <= LONGEST_ECHO ? text : text.substring(0, LONGEST_ECHO) + "...";
  }
}
