package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/**
 * A refusal that the caller can understand: HTTP status, machine code, human message and details,
 * in the contract's error envelope {@code {"error","message","details"}}.
 */
public class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient JsonNode details;
  private final int retryAfterSeconds;

  /** A refusal without details. */
  public ApiException(int status, String code, String message) {
    this(status, code, message, null, 0);
  }

  /** A refusal with details (null = the key is absent from the answer). */
  public ApiException(int status, String code, String message, JsonNode details) {
    this(status, code, message, details, 0);
  }

  /**
   * A refusal that says when to come back: {@code retryAfterSeconds} becomes the retry-after
   * header, 0 = no header.
   */
  public ApiException(
      int status, String code, String message, JsonNode details, int retryAfterSeconds) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** A client mistake (400) with the given machine code. */
  public static ApiException badRequest(String code, String message, JsonNode details) {
    return new ApiException(400, code, message, details);
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public OptionalInt retryAfterSeconds() {
    return retryAfterSeconds > 0 ? OptionalInt.of(retryAfterSeconds) : OptionalInt.empty();
  }

  /** Returns the body of the error answer. */
  public ObjectNode body() {
    ObjectNode body = Jsons.object().put("error", code).put("message", getMessage());
    if (details != null) {
      body.set("details", details);
    }
    return body;
  }
}
