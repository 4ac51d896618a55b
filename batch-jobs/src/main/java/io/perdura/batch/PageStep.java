package io.perdura.batch;

import io.perdura.jobs.PagedWork;
import io.perdura.jobs.RunHandle;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Makes the result of paged work once its last page is done. */
@Dependent
@Named("pageStep")
public class PageStep implements StepListener {
  @Inject private RunDesk desk;
  @Inject private Apart apart;
  @Inject private JobContext job;

  @Override
  public void beforeStep() {
    // The run began with its execution.
  }

  @Override
  public void afterStep() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    if (run.isPagesDone() && run.failure() == null && !run.isLost()) {
      try {
        run.result(
            apart.call(() -> ((PagedWork) run.work()).result(run.parameters(), run.state())));
      } catch (Exception e) {
        run.failed(e);
        throw e;
      }
    }
    job.setExitStatus(RunListener.exitStatus(run));
  }
}
