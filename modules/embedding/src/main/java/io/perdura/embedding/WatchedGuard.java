package io.perdura.embedding;

import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Remembers whether a guard last refused an attempt: the state of the circuit as callers see it.
 */
final class WatchedGuard implements AttemptGuard {
  private final AttemptGuard guard;
  private volatile boolean refusing;

  WatchedGuard(AttemptGuard guard) {
    this.guard = guard;
  }

  @Override
  public HttpReply attempt(Callable<HttpReply> attempt) throws Exception {
    try {
      return guard.attempt(() -> {
        refusing = false;
        return attempt.call();
      });
    } catch (CircuitBreakerOpenException e) {
      refusing = true;
      throw e;
    }
  }

  /** Tells whether the last attempt was refused: the circuit is, or a moment ago was, open. */
  boolean isRefusing() {
    return refusing;
  }
}
