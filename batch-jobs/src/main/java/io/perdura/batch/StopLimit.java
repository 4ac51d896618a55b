package io.perdura.batch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

  /** As a shell reports a process that SIGTERM ended. */
  static final int EXIT_CODE = 143;

  private static final Logger LOG = Logger.getLogger(StopLimit.class.getName());

  private final Duration limit;
  private final Thread hook = new Thread(this::begin, "limit-stop");

  StopLimit() {
    this(LIMIT);
  }

  StopLimit(Duration limit) {
    this.limit = limit;
  }

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
  private void begin() {
    Thread.ofPlatform().daemon().name("limit-stop").start(this::end);
  }

  private void end() {
    try {
      Thread.sleep(limit);
    } catch (InterruptedException e) {
      LOG.log(Level.FINE, "interrupted", e);
    }
    say(
        "perdura: stopping took longer than "
            + limit.toMillis()
            + " ms: the process ends at once, and what it leaves is taken up again.");
    Runtime.getRuntime().halt(EXIT_CODE);
  }

  /** To standard error itself: loggers have been closed by then. */
  private static void say(String line) {
    @SuppressWarnings("resource") // not ours to close
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    err.println(line);
  }
}
