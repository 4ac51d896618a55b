package io.perdura.batch;

import io.perdura.jobs.RunHandle;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Ties an execution to its run, from its first moment to its last. Every JSL of a job names it. */
@Dependent
@Named("runListener")
public class RunListener implements JobListener {
  /** Exit status of an execution that failed. */
  static final String ERROR = "ERROR";

  @Inject private RunDesk desk;
  @Inject private Apart apart;
  @Inject private JobContext job;

  @Override
  public void beforeJob() throws Exception {
    apart.run(() -> desk.begin(job));
  }

  @Override
  public void afterJob() throws Exception {
    apart.run(() -> desk.end(job));
  }

  /** The exit status that a run gives its execution. */
  static String exitStatus(RunHandle run) {
    return run.result() == null ? ERROR : run.result().verdict().name();
  }
}
