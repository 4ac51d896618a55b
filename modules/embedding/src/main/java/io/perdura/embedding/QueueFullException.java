package io.perdura.embedding;

/** More queries are waiting for their vectors than the queue may hold. */
final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient QueueState state;

  QueueFullException(QueueState state) {
    super("too many queries wait for their vectors");
    this.state = state;
  }

  QueueState state() {
    return state;
  }
}
