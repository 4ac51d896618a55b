package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * Builds the candidate index anew: the database's, which all servers share, or the one beside the
 * server that does the run. For the latter the parameter {@code node} says which server that is.
 */
@ApplicationScoped
public class IndexRebuildJob implements ReportWork {
  private static final JobDefinition DEFINITION =
      JobDefinition.of(
          "candidate-index-rebuild",
          "Builds the candidate index anew: the database's, or the one beside a server.",
          true,
          JobParameter.text(
              "node", null, "the server to do it; any, when the index is the database's"),
          JobParameter.flag("dry-run", "only tell which engine it would be"));

  private final CandidateIndex index;

  /** For the container's proxy. */
  protected IndexRebuildJob() {
    this(null);
  }

  @Inject
  public IndexRebuildJob(CandidateIndex index) {
    this.index = index;
  }

  @Override
  public JobDefinition definition() {
    return DEFINITION;
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    boolean dryRun = parameters.flag("dry-run");
    ObjectNode report = Jsons.object().put("ok", true).put("dry_run", dryRun);
    report.put("engine", index.engine());
    return JobResult.passed(dryRun ? report : report.put("vectors", index.rebuild()));
  }
}
