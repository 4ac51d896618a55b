package io.perdura.batch;

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
  private volatile RunProgress progress;

  @Override
  public String process() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    RunProgress watched = new RunProgress(run, book);
    progress = watched;
    if (stopping) {
      watched.stop();
    }
    try {
      JobResult result = apart.call(() -> ((ReportWork) run.work()).run(run.parameters(), watched));
      // What work returns after it was told to stop may be half of it.
      if (!watched.isToldToStop()) {
        run.result(Objects.requireNonNull(result, "the job returned no result"));
      }
    } catch (Exception e) {
      if (!watched.isToldToStop()) {
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
    RunProgress watched = progress;
    if (watched != null) {
      watched.stop();
    }
  }
}
