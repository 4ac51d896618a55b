package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.RunHandle;
import io.perdura.kernel.Jsons;
import io.perdura.memory.GenerationBackfill;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Makes the result of a backfill that came to its end. */
@Dependent
@Named("backfillStep")
public class BackfillStep implements StepListener {
  @Inject private RunDesk desk;
  @Inject private GenerationBackfill backfill;
  @Inject private Apart apart;
  @Inject private JobContext job;
  @Inject private StepContext step;

  @Override
  public void beforeStep() {
    // The run began with its execution.
  }

  @Override
  public void afterStep() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    if (step.getException() != null) {
      run.failed(step.getException());
    } else if (job.getBatchStatus() == BatchStatus.STARTED) {
      boolean dryRun = run.parameters().flag("dry-run");
      ObjectNode report = Jsons.object().put("ok", true).put("dry_run", dryRun);
      for (String count : new String[] {"embedded", "carried", "skipped", "unembeddable"}) {
        report.put(count, run.state() == null ? 0 : run.state().path(count).asLong());
      }
      if (dryRun) {
        report.set(
            "pending",
            apart.call(() -> backfill.pending(run.parameters().text("scope").orElse(null))));
      }
      run.result(JobResult.passed(report));
    }
    job.setExitStatus(RunListener.exitStatus(run));
  }
}
