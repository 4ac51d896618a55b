package io.perdura.client;

import java.time.Duration;

/** No whole answer came in time. Whether the server did what it was asked is unknown. */
public final class CallTimeoutException extends PerduraException {
  private static final long serialVersionUID = 1L;

  CallTimeoutException(Duration timeout, Throwable cause, String requestId, int attempts) {
    super("no answer within " + timeout.toMillis() + " ms", cause, requestId, attempts);
  }
}
