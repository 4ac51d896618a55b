package io.perdura.embedding;

import java.time.Duration;

/** A query waited too long for its turn to be embedded. */
final class QueueTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration waited;
  private final transient QueueState state;

  QueueTimeoutException(Duration waited, QueueState state) {
    super("waited too long for its turn to be embedded");
    this.waited = waited;
    this.state = state;
  }

  Duration waited() {
    return waited;
  }

  QueueState state() {
    return state;
  }
}
