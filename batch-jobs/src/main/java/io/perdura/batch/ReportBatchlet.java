package io.perdura.batch;

import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import jakarta.batch.api.Batchlet;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Does work in one piece, outside the container's transaction. */
@Dependent
@Named("reportBatchlet")
public class ReportBatchlet implements Batchlet {
  private static final Logger LOG = Logger.getLogger(ReportBatchlet.class.getName());

  @Inject private RunDesk desk;
  @Inject private RunBook book;
  @Inject private Apart apart;
  @Inject private JobContext job;

  private volatile boolean stopping;
  private volatile boolean toldToStop;

  @Override
  public String process() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    try {
      JobResult result =
          apart.call(() -> ((ReportWork) run.work()).run(run.parameters(), new Progress(run)));
      // What work returns after it was told to stop may be half of it.
      if (!toldToStop) {
        run.result(Objects.requireNonNull(result, "the job returned no result"));
      }
    } catch (Exception e) {
      if (!toldToStop) {
        run.failed(e);
        job.setExitStatus(RunListener.ERROR);
        throw e;
      }
      LOG.log(Level.FINE, "stopped", e);
    }
    String status = RunListener.exitStatus(run);
    job.setExitStatus(status);
    return status;
  }

  @Override
  public void stop() {
    stopping = true;
  }

  /** Tells the run how far the work is, at most once a second. */
  private final class Progress implements JobProgress {
    private final RunHandle run;
    private long told = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

    private Progress(RunHandle run) {
      this.run = run;
    }

    @Override
    public void at(long items, long total) {
      boolean end = items == total;
      if (!end && System.nanoTime() - told < TimeUnit.SECONDS.toNanos(1)) {
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
}
