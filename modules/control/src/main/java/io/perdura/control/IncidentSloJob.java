package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.UUID;

/**
 * Judges whether a tenant's incidents are published as they should be (jobs-gates, section 14.8),
 * and tells its alert routes when they are not.
 */
@ApplicationScoped
public class IncidentSloJob implements ReportWork {
  static final String[] OPTIONS = {
    "window-hours",
    "baseline-hours",
    "min-jobs",
    "adaptive-multiplier",
    "failure-rate-floor",
    "dead-letter-rate-floor",
    "backlog-warning-abs",
    "dead-letter-backlog-warning-abs",
    "dead-letter-backlog-critical-abs"
  };
  private static final String NAME = "incident-publish-slo";
  private static final String ALERT = "alert";

  private final IncidentReports reports;
  private final AlertSender sender;
  private final Settings settings;

  @Inject
  IncidentSloJob(IncidentReports reports, AlertSender sender, Settings settings) {
    this.reports = reports;
    this.sender = sender;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected IncidentSloJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Judges whether incidents are published as they should be, and alerts when they are not.",
            true,
            JobSupport.tenant("the configured one"),
            JobSupport.whole("window-hours", 24, 1, 8_759, "Hours that are judged."),
            JobSupport.whole(
                "baseline-hours",
                168,
                2,
                8_760,
                "Hours, the judged ones included, that they are compared with."),
            JobSupport.whole(
                "min-jobs", 20, 1, 1_000_000, "Publish jobs without which no rate is judged."),
            JobParameter.ratio(
                "adaptive-multiplier", 2, 1, 20, "Times the usual rate that is still well."),
            JobParameter.ratio(
                "failure-rate-floor", 0.05, 0, 1, "Rate of failures that is always well."),
            JobParameter.ratio(
                "dead-letter-rate-floor", 0.02, 0, 1, "Rate of dead letters that is always well."),
            JobSupport.whole(
                "backlog-warning-abs", 200, 1, 1_000_000, "Open jobs above which it warns."),
            JobSupport.whole(
                "dead-letter-backlog-warning-abs",
                20,
                1,
                1_000_000,
                "Dead letters above which it warns."),
            JobSupport.whole(
                "dead-letter-backlog-critical-abs",
                50,
                1,
                1_000_000,
                "Dead letters above which it is critical."),
            JobParameter.flag(ALERT, "tell the tenant's alert routes when it is degraded"),
            JobSupport.whole(
                "route-limit", 50, 1, 500, "Routes of a tenant at most, oldest first."),
            JobParameter.flag("dry-run", "only tell what would be sent"),
            JobSupport.strict("when it is degraded"))
        .where(given -> {
          JobSupport.check().accept(given);
          above(given, "baseline-hours", "window-hours", 1);
          above(given, "dead-letter-backlog-critical-abs", "dead-letter-backlog-warning-abs", 0);
        });
  }

  private static void above(JobParameters given, String name, String other, long by) {
    if (given.number(name) < given.number(other) + by) {
      throw new IllegalArgumentException(
          name + (by > 0 ? " must be above " : " must not be below ") + other);
    }
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    String tenant = JobSupport.tenantOrDefault(given, settings);
    JsonNode report =
        reports
            .slo(
                tenant,
                ListQuery.of(JobSupport.query(given, OPTIONS)),
                JobSupport.actor(NAME, tenant))
            .get("report");
    boolean degraded = report.get("degraded").booleanValue();
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", !degraded).put("strict", strict);
    body.put("dry_run", given.flag("dry-run"));
    body.set("checked_at", report.get("generated_at"));
    body.put("tenant_id", tenant);
    for (String key :
        new String[] {"degraded", "severity", "warning_signals", "critical_signals"}) {
      body.set(key, report.get(key));
    }
    ObjectNode details = body.putObject("report");
    for (String key : new String[] {"snapshot", "thresholds", "metrics"}) {
      details.set(key, report.get(key));
    }
    body.set(ALERT, alert(given, tenant, report));
    return JobResult.judged(!degraded || !strict, body);
  }

  private ObjectNode alert(JobParameters given, String tenant, JsonNode report) {
    ArrayNode rows = Jsons.array();
    AlertMessage message = AlertDispatchJob.publishing(tenant, report);
    boolean asked = given.flag(ALERT);
    if (asked && message != null) {
      rows =
          sender.dispatch(
              message,
              (int) given.number("route-limit"),
              given.flag("dry-run"),
              NAME + ":" + UUID.randomUUID());
    }
    ObjectNode alert = Jsons.object().put("asked", asked);
    alert.set("rows", rows);
    return alert;
  }
}
