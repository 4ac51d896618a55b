package io.perdura.client;

/** The server said yes, in words that cannot be read. */
public final class MalformedResponseException extends PerduraException {
  private static final long serialVersionUID = 1L;

  MalformedResponseException(Throwable cause, String requestId, int attempts) {
    super("the answer cannot be read: " + cause.getMessage(), cause, requestId, attempts);
  }
}
