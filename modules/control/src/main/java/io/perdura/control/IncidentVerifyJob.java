package io.perdura.control;

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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Proves that a bundle of evidence on this server is what its signed index says. A bundle that
 * nobody signed does not pass, unless that is asked for.
 */
@ApplicationScoped
public class IncidentVerifyJob implements ReportWork {
  private final Settings settings;
  private final Clock clock;

  @Inject
  IncidentVerifyJob(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected IncidentVerifyJob() {
    this(null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "incident-verify",
            "Proves that a bundle of evidence is what its signed index says.",
            false,
            JobParameter.text(
                "bundle-dir",
                null,
                "The bundle, an absolute path on the server that runs the job."),
            JobParameter.text("index-file", "evidence_index.json", "Its index."),
            JobParameter.text(
                "signature-file", "evidence_index.sig.json", "The index's signature."),
            JobParameter.flag("allow-unsigned", "pass without a valid signature, too"))
        .where(given -> {
          if (!given.required("bundle-dir").startsWith("/")) {
            throw new IllegalArgumentException("bundle-dir must be an absolute path");
          }
        });
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) throws IOException {
    BundleCheck check = new BundleCheck(Path.of(given.required("bundle-dir")));
    check.compare(given.required("index-file"));
    progress.at(check.files(), check.files());
    ObjectNode signature =
        check.signature(
            given.required("signature-file"),
            settings.get(ControlSettings.INCIDENT_BUNDLE_SIGNING_KEY));
    boolean signed = signature.get("valid").booleanValue();
    boolean ok = check.isWhole() && (signed || given.flag("allow-unsigned"));
    ObjectNode body = Jsons.object().put("ok", ok);
    body.put("checked_at", Timestamps.iso(clock.instant()))
        .put("bundle_dir", given.required("bundle-dir"))
        .put("index_file", given.required("index-file"));
    check.put(body).set("signature", signature);
    return JobResult.judged(ok, body);
  }
}
