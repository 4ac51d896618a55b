package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
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

/** A tenant's requests by the hour (policy-control, section 8.7.4). */
@ApplicationScoped
public class TimeSeries {
  private static final ReportPage.Usual USUAL =
      new ReportPage.Usual("timeseries", 168, 0, 5_000, 20_000);

  private static final String COUNTS =
      """
      count(*) as total, count(*) filter (where status_code >= 500) as server_errors,
        count(*) filter (where status_code = 429) as throttled,
        count(*) filter (where status_code between 400 and 499 and status_code <> 429) as client_errors
      """;

  private static final String TEXT =
      """
      with requests as (
        select date_trunc('hour', created_at, 'UTC') as bucket, endpoint, status_code, latency_ms
          from memory_request_telemetry
         where tenant_id = ? and created_at > ? and created_at <= ? and (?::text is null or endpoint = ?)
      ), buckets as (
        select bucket, endpoint, {counts}, percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms) as p
          from requests group by bucket, endpoint
      ), shown as (
        select * from buckets order by bucket desc, endpoint limit ? offset ?
      ), budgets as (
        select endpoint, {counts} from requests group by endpoint
      )
      select json_build_object(
        'total', (select count(*) from buckets),
        'series', (select coalesce(json_agg(json_build_object(
            'bucket_utc', iso(bucket), 'endpoint', endpoint, 'total', total, 'server_errors', server_errors,
            'throttled', throttled, 'client_errors', client_errors,
            'error_budget_consumed', server_errors + throttled,
            'error_rate', round((server_errors + throttled)::numeric / total, 6)::float8,
            'latency_p50_ms', p[1], 'latency_p95_ms', p[2], 'latency_p99_ms', p[3])
            order by bucket desc, endpoint), '[]') from shown),
        'budget', (select coalesce(json_agg(json_build_object(
            'endpoint', endpoint, 'total', total, 'server_errors', server_errors, 'throttled', throttled,
            'error_budget_consumed', server_errors + throttled,
            'error_rate', round((server_errors + throttled)::numeric / total, 6)::float8) order by endpoint), '[]')
            from budgets))
      """;

  private static final String SQL = ReportSql.iso(TEXT.replace("{counts}", COUNTS));

  private final Database database;
  private final int retentionHours;
  private final Clock clock;

  /** For the container's proxy. */
  protected TimeSeries() {
    this.database = null;
    this.retentionHours = 0;
    this.clock = null;
  }

  @Inject
  public TimeSeries(Database database, Settings settings, Clock clock) {
    this.database = database;
    this.retentionHours =
        Math.min(
            ReportPage.LONGEST_HOURS,
            settings.get(ControlSettings.CONTROL_TELEMETRY_RETENTION_HOURS));
    this.clock = clock;
  }

  /**
   * Returns a page of hours, newest first, and the error budget of the whole window.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request} for an unknown endpoint or
   *     another's cursor
   */
  public JsonNode read(String rawTenant, Map<String, List<String>> query, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    ReportPage page =
        ReportPage.read(tenant, query, USUAL, clock.instant().truncatedTo(ChronoUnit.MILLIS));
    int applied = Math.min(page.requestedHours(), retentionHours);
    JsonNode found = MissingTables.orElse(() -> read(page, applied), TimeSeries::nothing);
    long total = found.get("total").longValue();
    ObjectNode body = Jsons.object().put("ok", !found.has("warning")).put("tenant_id", tenant);
    if (found.has("warning")) {
      body.set("warning", found.get("warning"));
    }
    body.put("bucket", "hour").put("window_hours", applied);
    body.putObject("retention")
        .put("retention_hours", retentionHours)
        .put("requested_window_hours", page.requestedHours())
        .put("applied_window_hours", applied)
        .put("truncated", applied < page.requestedHours());
    body.putObject("filters").put("endpoint", page.endpoint());
    page.describe(body, total);
    body.put("generated_at", Timestamps.iso(clock.instant()));
    body.set("series", found.get("series"));
    body.set("budget", found.get("budget"));
    body.set("cursor", page.next(total, page.requestedHours(), 0));
    return body;
  }

  private JsonNode read(ReportPage page, int hours) {
    return database.read(
        "request time series",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setString(1, page.tenantId());
            statement.setObject(2, page.before(hours));
            statement.setObject(3, page.end());
            statement.setString(4, page.endpoint());
            statement.setString(5, page.endpoint());
            statement.setInt(6, page.limit());
            statement.setInt(7, page.offset());
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return Jsons.stored(row.getString(1));
            }
          }
        });
  }

  private static JsonNode nothing() {
    ObjectNode nothing = Jsons.object().put("total", 0);
    nothing.put("warning", "request_telemetry_table_missing").putArray("series");
    nothing.putArray("budget");
    return nothing;
  }
}
