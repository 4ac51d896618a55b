package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Judges whether API keys are rotated in time. */
@ApplicationScoped
public class KeyRotationJob implements ReportWork {
  static final String[] OPTIONS = {
    "max-age-days", "warn-age-days", "rotation-window-days", "limit"
  };
  private static final String NAME = "key-rotation-sla";

  private final KeyReport report;

  @Inject
  KeyRotationJob(KeyReport report) {
    this.report = report;
  }

  /** For the container's proxy. */
  protected KeyRotationJob() {
    this(null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Judges whether API keys are rotated in time.",
            false,
            JobSupport.tenant("all of them"),
            JobSupport.whole(
                "max-age-days", 30, 1, 36_500, "Age from which on an active key is stale."),
            JobSupport.whole("warn-age-days", 21, 1, 36_500, "Age from which on it is mentioned."),
            JobSupport.whole(
                "rotation-window-days",
                30,
                1,
                36_500,
                "Days in which a tenant should rotate a key."),
            JobSupport.whole("limit", 200, 1, 1_000, "Keys that are listed and counted at most."),
            JobSupport.strict("when a key is stale"))
        .where(given -> {
          JobSupport.check().accept(given);
          if (given.number("warn-age-days") > given.number("max-age-days")) {
            throw new IllegalArgumentException("warn-age-days must not be above max-age-days");
          }
        });
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    JsonNode found =
        report.stale(
            ListQuery.of(JobSupport.query(given, OPTIONS)),
            JobSupport.actor(NAME, given.text(JobSupport.TENANT).orElse(null)));
    if (found.has("error")) {
      throw new IllegalStateException(found.get("error").textValue());
    }
    long stale = found.at("/stale/count").longValue();
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", stale == 0).put("strict", strict);
    body.set("checked_at", found.get("checked_at"));
    body.set("thresholds", found.get("thresholds"));
    body.put("stale_count", stale)
        .put("warning_count", found.at("/warning_window/count").longValue())
        .put(
            "tenants_without_recent_rotation", found.get("tenants_without_recent_rotation").size());
    ObjectNode details = body.putObject("details");
    for (String key :
        List.of(
            "stale",
            "warning_window",
            "active_by_tenant",
            "recent_rotations_by_tenant",
            "tenants_without_recent_rotation")) {
      details.set(key, found.get(key));
    }
    return JobResult.judged(stale == 0 || !strict, body);
  }
}
