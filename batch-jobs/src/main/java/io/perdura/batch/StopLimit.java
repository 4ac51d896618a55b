package io.perdura.batch;

import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Bounds how long this process takes to end once it was told to. Without its database the batch
 * runtime tries for minutes to write down that its jobs stopped. Ending without that is safe: all
 * that a killed process leaves is taken up again.
 */
final class StopLimit {
  /** More than the longest request; less than what service managers commonly wait. */
  static final Duration LIMIT = Duration.ofSeconds(25);

  private static final Logger LOG = Logger.getLogger(StopLimit.class.getName());

  private final Thread hook = new Thread(StopLimit::begin, "limit-stop");

  /** Watches for the end of the process from now on. */
  void arm() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Forgets it: the application is stopped while its server goes on. */
  void disarm() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.log(Level.FINE, "the process is ending: the limit stays", e);
    }
  }

  /** The virtual machine waits for hooks, but not for daemons. */
  private static void begin() {
    Thread.ofPlatform().daemon().name("limit-stop").start(StopLimit::end);
  }

  private static void end() {
    try {
      Thread.sleep(LIMIT);
    } catch (InterruptedException e) {
      LOG.log(Level.FINE, "interrupted", e);
    }
    LOG.log(
        Level.WARNING,
        "stopping took longer than {0} s: the process ends at once",
        LIMIT.toSeconds());
    Runtime.getRuntime().halt(143);
  }
}
