package io.perdura.client;

/** A call that brought nothing. */
public abstract class PerduraException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String requestId;
  private final int attempts;

  PerduraException(String message, Throwable cause, String requestId, int attempts) {
    super(message, cause);
    this.requestId = requestId;
    this.attempts = attempts;
  }

  /** The {@code x-request-id} of all attempts: what the server's log knows them by. */
  public String requestId() {
    return requestId;
  }

  /** How often the request was sent. */
  public int attempts() {
    return attempts;
  }
}
