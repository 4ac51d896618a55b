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

/** Judges whether a tenant's API keys are used as they were before. */
@ApplicationScoped
public class KeyUsageJob implements ReportWork {
  static final String[] OPTIONS = {
    "window-hours", "baseline-hours", "min-requests", "zscore-threshold", "limit"
  };
  private static final String NAME = "key-usage-anomaly";
  private static final int SAMPLE = 200;

  private final KeyUsage usage;
  private final Settings settings;

  @Inject
  KeyUsageJob(KeyUsage usage, Settings settings) {
    this.usage = usage;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected KeyUsageJob() {
    this(null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Judges whether a tenant's API keys are used as they were before.",
            false,
            JobSupport.tenant("the configured one"),
            JobSupport.whole("window-hours", 24, 1, 8_760, "Hours that are judged."),
            JobSupport.whole(
                "baseline-hours",
                168,
                2,
                8_760,
                "Hours, the judged ones included, that they are compared with."),
            JobSupport.whole(
                "min-requests", 30, 1, 1_000_000, "Requests without which a key is not judged."),
            JobParameter.ratio(
                "zscore-threshold", 3, 0.5, 100, "Standard deviations by which latency must grow."),
            JobSupport.whole(
                "limit", 500, 1, 1_000, "Keys and endpoints that are judged, the busiest first."),
            JobSupport.strict("when there is an anomaly"))
        .where(given -> {
          JobSupport.check().accept(given);
          if (given.number("baseline-hours") <= given.number("window-hours")) {
            throw new IllegalArgumentException("baseline-hours must be above window-hours");
          }
        });
  }

  /** Returns those of a report's keys that are used unlike before. */
  static ArrayNode anomalies(JsonNode report) {
    ArrayNode anomalies = Jsons.array();
    for (JsonNode item : report.get("items")) {
      if (item.at("/anomaly/is_anomaly").booleanValue() && anomalies.size() < SAMPLE) {
        anomalies.add(item);
      }
    }
    return anomalies;
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    String tenant = JobSupport.tenantOrDefault(given, settings);
    JsonNode report =
        usage.read(tenant, JobSupport.query(given, OPTIONS), JobSupport.actor(NAME, tenant));
    if (report.has("warning")) {
      throw new IllegalStateException(report.get("warning").textValue());
    }
    ArrayNode anomalies = anomalies(report);
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", anomalies.isEmpty()).put("strict", strict);
    body.set("checked_at", report.get("generated_at"));
    body.put("tenant_id", tenant);
    ObjectNode thresholds = body.putObject("thresholds");
    for (String name : OPTIONS) {
      thresholds.set(name.replace('-', '_'), Wire.number(given.ratio(name)));
    }
    body.putObject("anomalies")
        .put("count", report.at("/anomalies/count_in_page").longValue())
        .set("sample", anomalies);
    body.set("report", report);
    return JobResult.judged(anomalies.isEmpty() || !strict, body);
  }
}
