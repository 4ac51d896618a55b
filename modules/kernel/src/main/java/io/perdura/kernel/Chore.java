package io.perdura.kernel;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Work that every server does once a minute beside its requests, in statements that are right
 * whoever else does the same. A time that fails is made up for a minute later.
 */
public final class Chore {
  private static final Logger LOG = Logger.getLogger(Chore.class.getName());
  private static final long INTERVAL_SECONDS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String name;
  private final LongSupplier work;
  private Future<?> task;

  Chore(String name, LongSupplier work) {
    this.name = name;
    this.work = work;
  }

  /**
   * Starts a chore, after a random part of the first minute, so that servers started together
   * spread.
   *
   * @param name appears in messages
   * @param work returns how many rows it removed, for the log
   */
  public static Chore start(ScheduledExecutorService executor, String name, LongSupplier work) {
    Chore chore = new Chore(name, work);
    chore.start(executor);
    return chore;
  }

  private synchronized void start(ScheduledExecutorService executor) {
    long first = ThreadLocalRandom.current().nextLong(INTERVAL_SECONDS);
    task =
        executor.scheduleWithFixedDelay(
            this::runQuietly, first, INTERVAL_SECONDS, TimeUnit.SECONDS);
  }

  /** Ends it; a run that is under way comes to its end. */
  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  /** Never throws: the executor would not call again. */
  void runQuietly() {
    try {
      Deadline.run(PATIENCE, this::runAndSay);
    } catch (RuntimeException e) {
      LOG.log(Level.INFO, name + " is put off by a minute: " + e.getMessage());
      LOG.log(Level.FINE, name, e);
    }
  }

  private void runAndSay() {
    long removed = work.getAsLong();
    LOG.log(Level.FINE, "{0}: {1} rows removed", new Object[] {name, removed});
  }
}
