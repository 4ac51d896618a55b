package io.perdura.batch;

import io.perdura.jobs.JobResult;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.SlicedWork;
import jakarta.batch.api.partition.AbstractPartitionReducer;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Optional;

/** Makes one result of what the slices of a run found. */
@Dependent
@Named("sliceReducer")
public class SliceReducer extends AbstractPartitionReducer {
  @Inject private RunDesk desk;
  @Inject private RunBook book;
  @Inject private Apart apart;
  @Inject private JobContext job;

  @Override
  public void beforePartitionedStepCompletion() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    if (run.result() != null || run.failure() != null || run.state() == null || run.isLost()) {
      return;
    }
    try {
      apart.call(() -> result(run, book)).ifPresent(run::result);
    } catch (Exception e) {
      run.failed(e);
      throw e;
    }
  }

  @Override
  public void afterPartitionedStepCompletion(PartitionStatus status) {
    job.setExitStatus(RunListener.exitStatus(desk.of(job.getExecutionId())));
  }

  /** The result of a run; empty while slices are missing. */
  static Optional<JobResult> result(RunHandle run, RunBook book) {
    SlicedWork.State state = book.slices(run);
    return state.missing().isEmpty()
        ? Optional.of(((SlicedWork) run.work()).join(run.parameters(), state.plan(), state.found()))
        : Optional.empty();
  }
}
