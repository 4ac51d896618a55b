package io.perdura.api;

import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Shows that this process still gets work done: beaten by a scheduled task every second, looked at
 * by liveness. Needs nothing outside the process.
 */
@ApplicationScoped
class Pulse {
  private static final Logger LOG = Logger.getLogger(Pulse.class.getName());
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final int BEATS_PER_LOCK_CHECK = 10;

  private volatile long last = System.nanoTime();
  private volatile boolean deadlocked;
  private int beats;

  void beat() {
    if (beats++ % BEATS_PER_LOCK_CHECK == 0) {
      long[] stuck = ManagementFactory.getThreadMXBean().findDeadlockedThreads();
      if (stuck != null && !deadlocked) {
        LOG.log(Level.SEVERE, "{0} threads wait for each other for ever", stuck.length);
      }
      deadlocked = stuck != null;
    }
    last = System.nanoTime();
  }

  /** False when threads block each other, or the scheduler stood still for half a minute. */
  boolean isSound() {
    return !deadlocked && System.nanoTime() - last < SILENCE.toNanos();
  }
}
