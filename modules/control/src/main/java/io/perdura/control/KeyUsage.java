package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Which of a tenant's managed keys behave unlike before (policy-control, section 8.7.5). */
@ApplicationScoped
public class KeyUsage {
  static final String KIND = "key_usage";

  private static final ReportPage.Usual USUAL = new ReportPage.Usual(KIND, 24, 168, 200, 1_000);

  private static final String FIGURES =
      """
      api_key_prefix, endpoint, count(*) as total, count(*) filter (where status_code >= 500) as server_errors,
        count(*) filter (where status_code = 429) as throttled, avg(latency_ms) as mean,
        stddev_pop(latency_ms) as deviation, percentile_cont(0.95) within group (order by latency_ms) as p95
      """;

  private static final String SQL =
      """
      with requests as (
        select api_key_prefix, endpoint, status_code, latency_ms, created_at > ? as recent
          from memory_request_telemetry
         where tenant_id = ? and created_at > ? and created_at <= ? and api_key_prefix is not null
           and (?::text is null or endpoint = ?)
      ), now_used as (
        select %1$s from requests where recent group by api_key_prefix, endpoint
      ), once_used as (
        select %1$s from requests where not recent group by api_key_prefix, endpoint
      ), shown as (
        select n.*, o.total as b_total, o.server_errors as b_errors, o.throttled as b_throttled, o.mean as b_mean,
               o.deviation as b_deviation
          from now_used n left join once_used o using (api_key_prefix, endpoint)
         order by n.total desc, n.api_key_prefix, n.endpoint limit ? offset ?
      )
      select json_build_object(
        'total', (select count(*) from now_used),
        'rows', (select coalesce(json_agg(json_build_object(
            'prefix', api_key_prefix, 'endpoint', endpoint,
            'recent', json_build_object('total', total, 'server_errors', server_errors, 'throttled', throttled,
                'mean', mean, 'p95', p95),
            'baseline', json_build_object('total', coalesce(b_total, 0), 'server_errors', coalesce(b_errors, 0),
                'throttled', coalesce(b_throttled, 0), 'mean', coalesce(b_mean, 0), 'deviation', coalesce(b_deviation, 0)))
            order by total desc, api_key_prefix, endpoint), '[]') from shown))
      """
          .formatted(FIGURES);

  private final Database database;
  private final int retentionHours;
  private final Clock clock;

  /** For the container's proxy. */
  protected KeyUsage() {
    this.database = null;
    this.retentionHours = 0;
    this.clock = null;
  }

  @Inject
  public KeyUsage(Database database, Settings settings, Clock clock) {
    this.database = database;
    this.retentionHours = settings.get(ControlSettings.CONTROL_TELEMETRY_RETENTION_HOURS);
    this.clock = clock;
  }

  /** What makes a key's use count as unusual. */
  private record Limits(int minRequests, double zscore) {}

  /** Hours that are looked at. */
  private record Hours(int window, int requestedBaseline, int baseline) {
    int slice() {
      return Math.max(1, baseline - window);
    }
  }

  /**
   * Returns a page of keys, the busiest first.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request} for an unknown endpoint or
   *     another's cursor
   */
  public JsonNode read(String rawTenant, Map<String, List<String>> parameters, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    ReportPage page =
        ReportPage.read(tenant, parameters, USUAL, clock.instant().truncatedTo(ChronoUnit.MILLIS));
    ListQuery query = ListQuery.of(parameters);
    Limits limits =
        new Limits(
            query.integer("min_requests", 30, 1, 1_000_000),
            query.number("zscore_threshold", 3, 0.5, 100));
    int window = Math.min(page.requestedHours(), retentionHours);
    int baseline = Math.max(page.requestedBaseline(), window + 1);
    Hours hours =
        new Hours(window, baseline, Math.max(window + 1, Math.min(baseline, 3 * retentionHours)));
    JsonNode found = MissingTables.orElse(() -> find(page, hours), KeyUsage::nothing);
    return answer(page, limits, hours, found);
  }

  private ObjectNode answer(ReportPage page, Limits limits, Hours hours, JsonNode found) {
    boolean missing = found.has("warning");
    long total = found.get("total").longValue();
    ObjectNode body = Jsons.object().put("ok", !missing).put("tenant_id", page.tenantId());
    if (missing) {
      body.set("warning", found.get("warning"));
    }
    body.put("generated_at", Timestamps.iso(clock.instant()));
    if (!missing) {
      body.putObject("retention")
          .put("retention_hours", retentionHours)
          .put("requested_window_hours", page.requestedHours())
          .put("applied_window_hours", hours.window())
          .put("requested_baseline_hours", hours.requestedBaseline())
          .put("applied_baseline_hours", hours.baseline())
          .put(
              "truncated",
              hours.window() < page.requestedHours()
                  || hours.baseline() < hours.requestedBaseline());
    }
    body.putObject("filters")
        .put("endpoint", page.endpoint())
        .put("min_requests", limits.minRequests())
        .set("zscore_threshold", Wire.number(limits.zscore()));
    page.describe(body, total);
    ArrayNode items = Jsons.array();
    int anomalies = 0;
    for (JsonNode row : found.get("rows")) {
      ObjectNode item = item(row, limits, hours);
      anomalies += item.at("/anomaly/is_anomaly").booleanValue() ? 1 : 0;
      items.add(item);
    }
    if (!missing) {
      body.putObject("anomalies").put("count_in_page", anomalies);
    }
    body.set("items", items);
    body.set("cursor", page.next(total, page.requestedHours(), hours.requestedBaseline()));
    return body;
  }

  private static ObjectNode item(JsonNode row, Limits limits, Hours hours) {
    JsonNode recent = row.get("recent");
    JsonNode baseline = row.get("baseline");
    double recentErrors = errorRate(recent);
    double baselineErrors = errorRate(baseline);
    double total = recent.get("total").doubleValue();
    double expected = baseline.get("total").doubleValue() * hours.window() / hours.slice();
    Double ratio =
        expected > 0 ? Double.valueOf(total / expected) : total > 0 ? null : Double.valueOf(1);
    double deviation = baseline.get("deviation").doubleValue();
    double zscore =
        deviation <= 0
            ? 0
            : (recent.get("mean").doubleValue() - baseline.get("mean").doubleValue()) / deviation;

    ArrayNode reasons = Jsons.array();
    if (total >= limits.minRequests()) {
      // A new key that floods has nothing to be compared with: that is the spike (D33).
      if (ratio == null || ratio >= 2) {
        reasons.add("request_spike");
      }
      if (zscore >= limits.zscore()) {
        reasons.add("latency_regression");
      }
      if (recentErrors >= 0.05 && recentErrors >= 2 * baselineErrors) {
        reasons.add("error_budget_regression");
      }
    }
    ObjectNode item = Jsons.object();
    item.set("api_key_prefix", row.get("prefix"));
    item.set("endpoint", row.get("endpoint"));
    item.set("recent", figures(recent, recentErrors).set("latency_p95_ms", recent.get("p95")));
    ObjectNode before = figures(baseline, baselineErrors);
    before.set("latency_stddev_ms", Wire.rounded(deviation));
    item.set("baseline", before.put("slice_hours", hours.slice()));
    ObjectNode anomaly = item.putObject("anomaly").put("is_anomaly", !reasons.isEmpty());
    anomaly.set("reasons", reasons);
    anomaly.set("traffic_ratio", ratio == null ? null : Wire.rounded(ratio));
    anomaly.set("latency_zscore", Wire.rounded(zscore));
    return item;
  }

  private static ObjectNode figures(JsonNode counts, double errorRate) {
    ObjectNode figures = Jsons.object();
    figures.set("total", counts.get("total"));
    figures.set("server_errors", counts.get("server_errors"));
    figures.set("throttled", counts.get("throttled"));
    figures.set("error_rate", Wire.number(errorRate));
    figures.set("latency_avg_ms", Wire.rounded(counts.get("mean").doubleValue()));
    return figures;
  }

  private static double errorRate(JsonNode counts) {
    long total = counts.get("total").longValue();
    long bad = counts.get("server_errors").longValue() + counts.get("throttled").longValue();
    return total == 0 ? 0 : Wire.round((double) bad / total);
  }

  private JsonNode find(ReportPage page, Hours hours) {
    return database.read(
        "key usage",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setObject(1, page.before(hours.window()));
            statement.setString(2, page.tenantId());
            statement.setObject(3, page.before(hours.baseline()));
            statement.setObject(4, page.end());
            statement.setString(5, page.endpoint());
            statement.setString(6, page.endpoint());
            statement.setInt(7, page.limit());
            statement.setInt(8, page.offset());
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return Jsons.stored(row.getString(1));
            }
          }
        });
  }

  private static JsonNode nothing() {
    ObjectNode nothing = Jsons.object().put("total", 0);
    nothing.put("warning", "request_telemetry_table_missing").putArray("rows");
    return nothing;
  }
}
