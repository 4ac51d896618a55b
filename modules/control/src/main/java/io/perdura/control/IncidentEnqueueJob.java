package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;

/** Queues the evidence of an incident for publishing; the same run and target only once. */
@ApplicationScoped
public class IncidentEnqueueJob implements ReportWork {
  private static final String NAME = "incident-publish-enqueue";

  private final IncidentService incidents;
  private final Settings settings;
  private final Clock clock;

  @Inject
  IncidentEnqueueJob(IncidentService incidents, Settings settings, Clock clock) {
    this.incidents = incidents;
    this.settings = settings;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected IncidentEnqueueJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Queues the evidence of an incident for publishing.",
            true,
            JobSupport.tenant("the configured one"),
            JobParameter.text("run-id", null, "The incident's run."),
            JobParameter.text("source-dir", null, "Directory of the evidence, an absolute path."),
            JobParameter.text(
                "target", null, "Where it goes: https, s3, gs, az, abfs, oci or arn."),
            JobSupport.whole("max-attempts", 5, 1, 100, "Attempts before it is given up."),
            JobParameter.flag("dry-run", "only check the parameters"))
        .where(given -> {
          JobSupport.check().accept(given);
          given.required("run-id");
          given.required("source-dir");
          given.required("target");
        });
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    String tenant = JobSupport.tenantOrDefault(given, settings);
    IncidentRequest wish =
        incidents.read(
            Jsons.object()
                .put("tenant_id", tenant)
                .put("run_id", given.required("run-id"))
                .put("source_dir", given.required("source-dir"))
                .put("target", given.required("target"))
                .put("max_attempts", given.number("max-attempts")));
    boolean dryRun = given.flag("dry-run");
    JsonNode job =
        dryRun ? null : incidents.enqueue(wish, JobSupport.actor(NAME, tenant)).get("job");
    ObjectNode body = Jsons.object().put("ok", true).put("dry_run", dryRun);
    body.put("queued_at", Timestamps.iso(clock.instant())).set("job", job);
    return JobResult.passed(body);
  }
}
