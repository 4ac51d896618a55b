package io.perdura.client;

/**
 * The server could not be reached, or the connection broke. Whether it did what it was asked is
 * unknown.
 */
public final class NetworkException extends PerduraException {
  private static final long serialVersionUID = 1L;

  NetworkException(Throwable cause, String requestId, int attempts) {
    super("the server did not answer: " + cause, cause, requestId, attempts);
  }
}
