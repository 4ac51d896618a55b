package io.perdura.memory;

import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Erases again whatever the ledger says was erased: owed after every restore. Erasing what is gone
 * changes nothing, so it may be repeated.
 */
@ApplicationScoped
public class ErasureReplayJob implements ReportWork {
  private static final JobDefinition DEFINITION =
      JobDefinition.of(
          "erasure-ledger-replay",
          "Erases again whatever the ledger names: owed after a restore.",
          true,
          JobParameter.flag("dry-run", "only tell how many erasures the ledger names"));

  private static final int MOST_CALLS = 1_000;

  private final EraseService erasures;

  /** For the container's proxy. */
  protected ErasureReplayJob() {
    this(null);
  }

  @Inject
  public ErasureReplayJob(EraseService erasures) {
    this.erasures = erasures;
  }

  @Override
  public JobDefinition definition() {
    return DEFINITION;
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    if (parameters.flag("dry-run")) {
      int entries = erasures.exportLedger().size();
      return JobResult.passed(
          Jsons.object().put("ok", true).put("dry_run", true).put("erasures", entries));
    }
    int open = erasures.replayLedger();
    // Each call does what fits before its deadline.
    for (int i = 0; open > 0 && i < MOST_CALLS && !progress.isStopping(); i++) {
      open = erasures.replayLedger();
    }
    return JobResult.judged(open == 0, Jsons.object().put("ok", open == 0).put("unfinished", open));
  }
}
