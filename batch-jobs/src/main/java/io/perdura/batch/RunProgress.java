package io.perdura.batch;

import io.perdura.jobs.JobProgress;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tells a run how far its work is, at most once a second, and its work whether to stop. */
final class RunProgress implements JobProgress {
  private static final Logger LOG = Logger.getLogger(RunProgress.class.getName());

  private final RunHandle run;
  private final RunBook book;
  private volatile boolean stopping;
  private volatile boolean toldToStop;
  private long told = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

  /**
   * @param book null when what the work says is not the progress of its run
   */
  RunProgress(RunHandle run, RunBook book) {
    this.run = run;
    this.book = book;
  }

  /** The batch runtime wants the work to stop. */
  void stop() {
    stopping = true;
  }

  /** Whether the work knows that it is to stop: what it returns then may be half of it. */
  boolean isToldToStop() {
    return toldToStop;
  }

  @Override
  public void at(long items, long total) {
    boolean end = items == total;
    if (book == null || (!end && System.nanoTime() - told < TimeUnit.SECONDS.toNanos(1))) {
      return;
    }
    told = System.nanoTime();
    try {
      if (!book.progress(run, items, total)) {
        run.lose();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.FINE, "progress was not noted", e);
    }
  }

  @Override
  public boolean isStopping() {
    toldToStop |= stopping || run.isStopping();
    return toldToStop;
  }
}
