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
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Looks what there is to tell tenants, and sends it on their routes. A failed delivery is not
 * repeated by itself; the next run finds the same event and tries again, since only what was sent
 * counts as told.
 */
@ApplicationScoped
public class AlertDispatchJob implements ReportWork {
  static final String ROTATION = "key_rotation_sla_failed";
  static final String USAGE = "key_usage_anomaly";
  static final String PUBLISHING = "incident_publish_slo_degraded";

  private static final String NAME = "alert-dispatch";
  private static final List<String> EVENTS = List.of(ROTATION, USAGE, PUBLISHING);
  private static final int SAMPLE = 20;

  private static final String TENANTS =
      """
      select distinct tenant_id from control_alert_routes where status = 'active' and (?::text is null or tenant_id = ?)
      order by tenant_id
      """;

  private final Database database;
  private final AlertSender sender;
  private final KeyReport keys;
  private final KeyUsage usage;
  private final IncidentReports incidents;
  private final Clock clock;

  @Inject
  AlertDispatchJob(
      Database database,
      AlertSender sender,
      KeyReport keys,
      KeyUsage usage,
      IncidentReports incidents,
      Clock clock) {
    this.database = database;
    this.sender = sender;
    this.keys = keys;
    this.usage = usage;
    this.incidents = incidents;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected AlertDispatchJob() {
    this(null, null, null, null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Looks what there is to tell tenants, and sends it on their alert routes.",
            true,
            JobSupport.tenant("every one with an active route"),
            JobParameter.text(
                "event-types", String.join(",", EVENTS), "What is looked for, comma separated."),
            JobSupport.whole(
                "route-limit", 50, 1, 500, "Routes of a tenant at most, oldest first."),
            JobSupport.whole(
                "max-age-days", 30, 1, 36_500, "Age from which on an active key is stale."),
            JobSupport.whole(
                "rotation-window-days",
                30,
                1,
                36_500,
                "Days in which a tenant should rotate a key."),
            JobSupport.whole(
                "window-hours", 24, 1, 8_759, "Hours of key usage and publishing that are judged."),
            JobSupport.whole("baseline-hours", 168, 2, 8_760, "Hours that they are compared with."),
            JobSupport.whole(
                "min-requests", 30, 1, 1_000_000, "Requests without which a key is not judged."),
            JobParameter.ratio(
                "zscore-threshold", 3, 0.5, 100, "Standard deviations by which latency must grow."),
            JobSupport.whole(
                "min-jobs",
                20,
                1,
                1_000_000,
                "Publish jobs without which their failures are not judged."),
            JobParameter.flag("dry-run", "only tell what would be sent"),
            JobSupport.strict("when a delivery failed"))
        .where(given -> {
          JobSupport.check().accept(given);
          types(given);
          if (given.number("baseline-hours") <= given.number("window-hours")) {
            throw new IllegalArgumentException("baseline-hours must be above window-hours");
          }
        });
  }

  private static List<String> types(JobParameters given) {
    List<String> types =
        Arrays.stream(given.required("event-types").split(",", -1)).map(String::trim).toList();
    if (!EVENTS.containsAll(types)) {
      throw new IllegalArgumentException("event-types must be of " + String.join(", ", EVENTS));
    }
    return types;
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    boolean dryRun = given.flag("dry-run");
    String request = NAME + ":" + UUID.randomUUID();
    ArrayNode detected = Jsons.array();
    ArrayNode rows = Jsons.array();
    List<String> tenants = tenants(given);
    int done = 0;
    for (String tenant : tenants) {
      if (progress.isStopping()) {
        break;
      }
      for (AlertMessage message : messages(given, tenant)) {
        detected
            .addObject()
            .put("tenant_id", tenant)
            .put("event_type", message.eventType())
            .put("severity", message.severity())
            .put("summary", message.summary());
        int most = (int) given.number("route-limit");
        rows.addAll(sender.dispatch(message, most, dryRun, request));
      }
      progress.at(++done, tenants.size());
    }
    long failed = count(rows, "failed");
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", failed == 0).put("strict", strict);
    body.put("dry_run", dryRun).put("checked_at", Timestamps.iso(clock.instant()));
    body.put("tenant_id", given.text(JobSupport.TENANT).orElse(null));
    types(given).forEach(body.putArray("event_types")::add);
    body.set("events_detected", detected);
    body.putObject("delivery")
        .put("sent", count(rows, "sent"))
        .put("failed", failed)
        .put("skipped", count(rows, "skipped"))
        .put("total", rows.size())
        .set("rows", rows);
    return JobResult.judged(failed == 0 || !strict, body);
  }

  private static long count(ArrayNode rows, String status) {
    long count = 0;
    for (JsonNode row : rows) {
      count += row.get("status").textValue().equals(status) ? 1 : 0;
    }
    return count;
  }

  private List<String> tenants(JobParameters given) {
    String wanted = given.text(JobSupport.TENANT).orElse(null);
    return database.read(
        "tenants with alert routes",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(TENANTS)) {
            select.setString(1, wanted);
            select.setString(2, wanted);
            List<String> tenants = new ArrayList<>();
            try (ResultSet found = select.executeQuery()) {
              while (found.next()) {
                tenants.add(found.getString(1));
              }
            }
            return tenants;
          }
        });
  }

  private List<AlertMessage> messages(JobParameters given, String tenant) {
    List<AlertMessage> messages = new ArrayList<>();
    List<String> types = types(given);
    Actor actor = JobSupport.actor(NAME, tenant);
    if (types.contains(ROTATION)) {
      rotation(given, tenant, actor, messages);
    }
    if (types.contains(USAGE)) {
      JsonNode report =
          usage.read(
              tenant,
              JobSupport.query(
                  given, "window-hours", "baseline-hours", "min-requests", "zscore-threshold"),
              actor);
      ArrayNode anomalies = KeyUsageJob.anomalies(report);
      if (!anomalies.isEmpty()) {
        String summary = anomalies.size() + " API keys or endpoints are used unlike before";
        messages.add(message(tenant, USAGE, "warning", summary, sample(anomalies)));
      }
    }
    if (types.contains(PUBLISHING)) {
      publishing(given, tenant, actor, messages);
    }
    return messages;
  }

  private void rotation(
      JobParameters given, String tenant, Actor actor, List<AlertMessage> messages) {
    JsonNode report =
        keys.stale(
            ListQuery.of(JobSupport.query(given, "max-age-days", "rotation-window-days")), actor);
    long stale = report.at("/stale/count").longValue();
    boolean unrotated = !report.path("tenants_without_recent_rotation").isEmpty();
    if (stale > 0 || unrotated) {
      String summary =
          stale > 0
              ? stale + " API keys are older than " + given.number("max-age-days") + " days"
              : "no API key was rotated for " + given.number("rotation-window-days") + " days";
      messages.add(
          message(
              tenant,
              ROTATION,
              stale > 0 ? "critical" : "warning",
              summary,
              sample(report.at("/stale/sample"))));
    }
  }

  private void publishing(
      JobParameters given, String tenant, Actor actor, List<AlertMessage> messages) {
    JsonNode report =
        incidents
            .slo(
                tenant,
                ListQuery.of(JobSupport.query(given, "window-hours", "baseline-hours", "min-jobs")),
                actor)
            .get("report");
    AlertMessage message = publishing(tenant, report);
    if (message != null) {
      messages.add(message);
    }
  }

  /** What there is to tell of a report on publishing; null when all is well. */
  static AlertMessage publishing(String tenant, JsonNode report) {
    if (!report.get("degraded").booleanValue()) {
      return null;
    }
    ObjectNode payload = Jsons.object();
    payload.set("warning_signals", report.get("warning_signals"));
    payload.set("critical_signals", report.get("critical_signals"));
    payload.set("metrics", report.get("metrics"));
    String summary = "publishing of incidents is degraded";
    return message(tenant, PUBLISHING, report.get("severity").textValue(), summary, payload);
  }

  private static AlertMessage message(
      String tenant, String type, String severity, String summary, JsonNode payload) {
    return new AlertMessage(tenant, type, severity, summary, payload, null);
  }

  private static ObjectNode sample(JsonNode rows) {
    ObjectNode payload = Jsons.object().put("count", rows.size());
    ArrayNode sample = payload.putArray("sample");
    for (JsonNode row : rows) {
      if (sample.size() < SAMPLE) {
        sample.add(row);
      }
    }
    return payload;
  }
}
