package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TrafficReportsTest extends ControlPlaneSuite {
  private TimeSeries series;
  private KeyUsage usage;
  private Clock clock = Clock.systemUTC();

  @BeforeEach
  void prepare() {
    build();
  }

  private void build() {
    Settings settings = Settings.of(Map.of("CONTROL_TELEMETRY_RETENTION_HOURS", "200"));
    Database database = new Database(dataSource());
    series = new TimeSeries(database, settings, clock);
    usage = new KeyUsage(database, settings, clock);
  }

  private static Map<String, List<String>> asked(String... pairs) {
    Map<String, List<String>> query = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      query.put(pairs[i], List.of(pairs[i + 1]));
    }
    return query;
  }

  private void requests(int n, String endpoint, int status, double ms, String key, String ago)
      throws SQLException {
    sql(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, api_key_prefix, created_at)"
            + " select 't1', 's', '"
            + endpoint
            + "', "
            + status
            + ", "
            + ms
            + " + (i % 2), "
            + (key == null ? "null" : "'" + key + "'")
            + ", now() - interval '"
            + ago
            + "' from generate_series(1, "
            + n
            + ") i");
  }

  @Test
  void hoursAreCountedByTheKindOfTheirAnswers() throws SQLException {
    requests(7, "recall", 200, 10, null, "5 hours");
    requests(1, "recall", 500, 10, null, "5 hours");
    requests(1, "recall", 429, 10, null, "5 hours");
    requests(1, "recall", 400, 10, null, "5 hours");
    requests(4, "write", 200, 5, null, "5 hours");
    requests(2, "recall", 200, 10, null, "2 hours");
    requests(9, "recall", 200, 10, null, "199 hours");
    JsonNode report = series.read("t1", asked(), ADMIN);
    assertThat(names(report))
        .containsExactly(
            "ok",
            "tenant_id",
            "bucket",
            "window_hours",
            "retention",
            "filters",
            "page",
            "snapshot",
            "generated_at",
            "series",
            "budget",
            "cursor");
    assertThat(report.get("retention").toString())
        .isEqualTo(
            "{\"retention_hours\":200,\"requested_window_hours\":168,\"applied_window_hours\":168,\"truncated\":false}");
    assertThat(report.get("series").findValuesAsText("endpoint"))
        .containsExactly("recall", "recall", "write");
    JsonNode mixed = report.at("/series/1");
    assertThat(names(mixed))
        .containsExactly(
            "bucket_utc",
            "endpoint",
            "total",
            "server_errors",
            "throttled",
            "client_errors",
            "error_budget_consumed",
            "error_rate",
            "latency_p50_ms",
            "latency_p95_ms",
            "latency_p99_ms");
    assertThat(mixed.get("bucket_utc").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:00:00\\.000Z");
    assertThat(mixed.get("total").asInt()).isEqualTo(10);
    assertThat(mixed.get("client_errors").asInt()).isEqualTo(1);
    assertThat(mixed.get("error_rate").asDouble()).isEqualTo(0.2);
    assertThat(report.get("budget").toString())
        .isEqualTo(
            "[{\"endpoint\":\"recall\",\"total\":12,\"server_errors\":1,\"throttled\":1,\"error_budget_consumed\":2,\"error_rate\":0.166667},"
                + "{\"endpoint\":\"write\",\"total\":4,\"server_errors\":0,\"throttled\":0,\"error_budget_consumed\":0,\"error_rate\":0}]");
    assertThat(report.at("/cursor/next").isNull()).isTrue();
    assertThat(
            series
                .read("t1", asked("endpoint", "write", "window_hours", "500"), ADMIN)
                .at("/retention/truncated")
                .booleanValue())
        .isTrue();
    refuses(400, "invalid_request", () -> series.read("t1", asked("endpoint", "find"), ADMIN));
    assertThat(series.read("nobody", asked(), ADMIN).get("series")).isEmpty();
  }

  @Test
  void laterPagesLookAtTheSameTime() throws SQLException {
    for (int hour = 1; hour <= 5; hour++) {
      requests(1, "recall", 200, 10, null, hour + " hours");
    }
    JsonNode first = series.read("t1", asked("limit", "2", "window_hours", "4"), ADMIN);
    assertThat(first.at("/page/has_more").booleanValue()).isTrue();
    assertThat(first.at("/page/total").asInt()).isLessThan(5);
    String cursor = first.at("/cursor/next").asText();

    clock = Clock.offset(Clock.systemUTC(), Duration.ofHours(3));
    build();
    JsonNode second = series.read("t1", asked("cursor", cursor), ADMIN);
    assertThat(second.get("snapshot")).isEqualTo(first.get("snapshot"));
    assertThat(second.at("/page/total")).isEqualTo(first.at("/page/total"));
    assertThat(second.at("/page/offset").asInt()).isEqualTo(2);
    assertThat(second.at("/page/limit").asInt()).isEqualTo(2);
    assertThat(second.get("series").findValuesAsText("bucket_utc"))
        .doesNotContainAnyElementsOf(first.get("series").findValuesAsText("bucket_utc"));

    JsonNode decoded =
        Jsons.stored(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
    assertThat(names(decoded))
        .containsExactly(
            "v", "kind", "tenant_id", "endpoint", "window_hours", "limit", "offset", "anchor_utc");
    refuses(400, "invalid_request", () -> series.read("t2", asked("cursor", cursor), ADMIN));
    refuses(400, "invalid_request", () -> usage.read("t1", asked("cursor", cursor), ADMIN));
    for (String bad :
        List.of(
            "x", "e30", "W10", Base64.getUrlEncoder().encodeToString(Hashes.utf8("{\"v\":1}")))) {
      refuses(400, "invalid_request", () -> series.read("t1", asked("cursor", bad), ADMIN));
    }
  }

  @Test
  void keysAreComparedWithTheirPast() throws SQLException {
    requests(48, "recall", 200, 10, "ak_live_steady", "2 hours");
    requests(288, "recall", 200, 10, "ak_live_steady", "30 hours");
    requests(40, "recall", 200, 90, "ak_live_slow00", "2 hours");
    requests(240, "recall", 200, 10, "ak_live_slow00", "30 hours");
    requests(30, "write", 500, 10, "ak_live_broken", "2 hours");
    requests(180, "write", 200, 10, "ak_live_broken", "30 hours");
    requests(100, "write", 200, 10, "ak_live_newkey", "2 hours");
    requests(500, "write", 200, 10, null, "2 hours");
    JsonNode report = usage.read("t1", asked(), ADMIN);
    assertThat(names(report))
        .containsExactly(
            "ok",
            "tenant_id",
            "generated_at",
            "retention",
            "filters",
            "page",
            "snapshot",
            "anomalies",
            "items",
            "cursor");
    assertThat(report.get("items").findValuesAsText("api_key_prefix"))
        .containsExactly("ak_live_newkey", "ak_live_steady", "ak_live_slow00", "ak_live_broken");
    assertThat(report.at("/anomalies/count_in_page").asInt()).isEqualTo(3);
    JsonNode fresh = report.at("/items/0");
    assertThat(fresh.get("anomaly").toString())
        .isEqualTo(
            "{\"is_anomaly\":true,\"reasons\":[\"request_spike\"],\"traffic_ratio\":null,\"latency_zscore\":0}");
    JsonNode steady = report.at("/items/1");
    assertThat(steady.get("anomaly").toString())
        .isEqualTo(
            "{\"is_anomaly\":false,\"reasons\":[],\"traffic_ratio\":1,\"latency_zscore\":0}");
    assertThat(names(steady.get("recent")))
        .containsExactly(
            "total",
            "server_errors",
            "throttled",
            "error_rate",
            "latency_avg_ms",
            "latency_p95_ms");
    assertThat(names(steady.get("baseline")))
        .containsExactly(
            "total",
            "server_errors",
            "throttled",
            "error_rate",
            "latency_avg_ms",
            "latency_stddev_ms",
            "slice_hours");
    assertThat(steady.at("/baseline/slice_hours").asInt()).isEqualTo(144);
    assertThat(report.at("/items/2/anomaly/reasons").toString())
        .isEqualTo("[\"latency_regression\"]");
    assertThat(report.at("/items/3/anomaly/reasons").toString())
        .isEqualTo("[\"error_budget_regression\"]");
    JsonNode page = usage.read("t1", asked("limit", "1", "endpoint", "write"), ADMIN);
    JsonNode next = usage.read("t1", asked("cursor", page.at("/cursor/next").asText()), ADMIN);
    assertThat(next.at("/items/0/api_key_prefix").asText()).isEqualTo("ak_live_broken");
    assertThat(next.at("/filters/endpoint").asText()).isEqualTo("write");
    assertThat(
            usage
                .read("t1", asked("min_requests", "101"), ADMIN)
                .at("/anomalies/count_in_page")
                .asInt())
        .isZero();
  }

  @Test
  void withoutTheTablesReportsSaySo() throws SQLException {
    sql("alter table memory_request_telemetry rename to gone");
    sql("alter table control_tenants rename to gone_too");
    try {
      JsonNode hours = series.read("t1", asked(), ADMIN);
      assertThat(hours.get("ok").booleanValue()).isFalse();
      assertThat(hours.get("warning").asText()).isEqualTo("request_telemetry_table_missing");
      JsonNode keys = usage.read("t1", asked(), ADMIN);
      assertThat(names(keys))
          .containsExactly(
              "ok",
              "tenant_id",
              "warning",
              "generated_at",
              "filters",
              "page",
              "snapshot",
              "items",
              "cursor");
      assertThat(tenants.tenants(ALL, ADMIN).toString()).isEqualTo("{\"ok\":true,\"tenants\":[]}");
      assertThat(reports.dashboard("t1", ADMIN).at("/dashboard/warning").asText())
          .isEqualTo("schema_not_ready_for_dashboard");
    } finally {
      sql("alter table gone rename to memory_request_telemetry");
      sql("alter table gone_too rename to control_tenants");
    }
  }
}
