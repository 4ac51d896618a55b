package io.perdura.batch;

import io.perdura.jobs.RunHandle;
import jakarta.batch.api.chunk.listener.RetryProcessListener;
import jakarta.batch.api.chunk.listener.SkipProcessListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Hears of pages that are tried again, and waits longer each time; and of those left out. */
@Dependent
@Named("pageTroubles")
public class PageTroubles implements RetryProcessListener, SkipProcessListener {
  private static final Logger LOG = Logger.getLogger(PageTroubles.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** After a quiet time this long trouble is new. */
  private static final Duration QUIET = Duration.ofMinutes(5);

  @Inject private JobContext job;

  private Duration pause = FIRST_PAUSE;
  private long last = System.nanoTime();

  @Override
  public void onRetryProcessException(Object item, Exception cause) throws Exception {
    RunHandle run = (RunHandle) item;
    if (System.nanoTime() - last > QUIET.toNanos()) {
      pause = FIRST_PAUSE;
    }
    LOG.log(
        Level.WARNING,
        "run {0} of {1} waits {2} s: {3}",
        new Object[] {run.id(), run.job(), pause.toSeconds(), cause.getMessage()});
    rest(run);
    pause =
        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    last = System.nanoTime();
  }

  @Override
  public void onSkipProcessItem(Object item, Exception cause) {
    RunHandle run = (RunHandle) item;
    LOG.log(
        Level.WARNING,
        "run {0} of {1} leaves a page out: {2}",
        new Object[] {run.id(), run.job(), cause.getMessage()});
  }

  /** Pauses, unless the run is to stop meanwhile. */
  private void rest(RunHandle run) throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() - end < 0
        && !run.isStopping()
        && job.getBatchStatus() == BatchStatus.STARTED) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
