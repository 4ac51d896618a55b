package io.perdura.outbox;

/**
 * Somebody else holds an event now, or it was erased. Rolls the effects of its batch back; not an
 * error, and not the event's fault.
 */
final class LeaseLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LeaseLostException(int events) {
    super(events + " outbox events are no longer held by this worker", null, false, false);
  }
}
