package io.perdura.outbox;

import jakarta.enterprise.context.ApplicationScoped;

/** The two signals around the outbox of one server. */
@ApplicationScoped
class Wakeups {
  private final Signal committed = new Signal();
  private final Signal work = new Signal();

  /** Raised when this server committed events. */
  Signal committed() {
    return committed;
  }

  /** Raised when there may be work, wherever it was committed. */
  Signal work() {
    return work;
  }
}
