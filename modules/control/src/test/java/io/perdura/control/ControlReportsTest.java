package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.InvalidRequestException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ControlReportsTest extends ControlPlaneSuite {
  @Test
  void staleKeysAreReportedInTheContractsTypes() throws SQLException {
    putTenant("{\"tenant_id\":\"t1\"}");
    putTenant("{\"tenant_id\":\"t2\"}");
    JsonNode old = createKey("{\"tenant_id\":\"t1\"}");
    createKey("{\"tenant_id\":\"t2\"}");
    sql(
        "update control_api_keys set created_at = now() - interval '990 hours' where tenant_id = 't1'");
    JsonNode report = staleKeys();
    assertThat(names(report))
        .containsExactly(
            "ok",
            "checked_at",
            "thresholds",
            "stale",
            "warning_window",
            "active_by_tenant",
            "recent_rotations_by_tenant",
            "tenants_without_recent_rotation");
    assertThat(report.at("/stale/count").asInt()).isEqualTo(1);
    assertThat(report.at("/stale/sample/0/id")).isEqualTo(old.get("id"));
    assertThat(report.at("/stale/sample/0/age_days").textValue()).isEqualTo("41.250");
    assertThat(report.at("/warning_window/count").asInt()).isZero();
    assertThat(report.at("/active_by_tenant/1/active_key_count").textValue()).isEqualTo("1");
    assertThat(report.at("/tenants_without_recent_rotation")).hasSize(2);
    assertThat(report.at("/tenants_without_recent_rotation/0/active_key_count").isInt()).isTrue();

    rotate(old, "{}");
    JsonNode after = staleKeys();
    assertThat(after.at("/stale/count").asInt()).isZero();
    assertThat(after.at("/recent_rotations_by_tenant/0/recent_rotation_count").textValue())
        .isEqualTo("1");
    assertThat(after.at("/tenants_without_recent_rotation/0/tenant_id").asText()).isEqualTo("t2");
  }

  @Test
  void everyChangeLeavesItsEventAndARefusedOneNone() {
    putTenant("{\"tenant_id\":\"acme\"}");
    putProject("p", "acme");
    JsonNode key = createKey("{\"tenant_id\":\"acme\",\"project_id\":\"p\"}");
    JsonNode next = rotate(key, "{}").get("rotated");
    keys.revoke(next.get("id").asText(), ADMIN);
    quotas.put("acme", quota(QUOTA), ADMIN);
    quotas.delete("acme", ADMIN);
    refuses(404, "not_found", () -> createKey("{\"tenant_id\":\"nobody\"}"));

    JsonNode events = tenants.auditEvents(query("tenant_id", "acme"), ADMIN).get("events");
    assertThat(events.findValuesAsText("action"))
        .containsExactly(
            "tenant_quota.delete",
            "tenant_quota.upsert",
            "api_key.revoke",
            "api_key.rotate",
            "api_key.create",
            "project.upsert",
            "tenant.upsert");
    assertThat(names(events.get(0)))
        .containsExactly(
            "event_id",
            "actor",
            "action",
            "resource_type",
            "resource_id",
            "tenant_id",
            "request_id",
            "details",
            "created_at");
    assertThat(events.findValuesAsText("actor")).containsOnly("admin_token");
    assertThat(events.findValuesAsText("request_id")).containsOnly("req-1");
    assertThat(events.get(3).get("resource_id")).isEqualTo(next.get("id"));
    assertThat(events.get(3).at("/details/revoked_key_id")).isEqualTo(key.get("id"));
    assertThat(tenants.auditEvents(ALL, ADMIN).get("events")).hasSize(7);
    assertThat(tenants.auditEvents(query("action", "api_key.create"), ADMIN).get("events"))
        .hasSize(1);
  }

  @Test
  void anUnknownTenantHasADashboardOfZeros() {
    JsonNode board = reports.dashboard("nobody", ADMIN).get("dashboard");
    assertThat(names(board))
        .containsExactly(
            "tenant_id",
            "generated_at",
            "default_tenant_id",
            "tenant",
            "api_keys",
            "quota_profile",
            "data_plane",
            "outbox");
    assertThat(board.get("tenant").isNull()).isTrue();
    assertThat(board.get("quota_profile").isNull()).isTrue();
    assertThat(board.get("data_plane").toString())
        .isEqualTo(
            "{\"nodes\":0,\"edges\":0,\"active_rules\":0,\"recalls_24h\":0,\"commits_24h\":0}");
    assertThat(board.get("outbox").toString())
        .isEqualTo("{\"pending\":0,\"retrying\":0,\"failed\":0}");
  }

  @Test
  void aTenantsFiguresDoNotIncludeThoseOfASimilarName() throws SQLException {
    sql(
        "insert into memory_recall_audit (scope, endpoint, query_sha256, seed_count) values"
            + " ('tenant:t_1::scope:s', 'recall', 'h', 0), ('tenant:tx1::scope:s', 'recall', 'h', 4),"
            + " ('plain', 'recall', 'h', 4)");
    sql(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms) values"
            + " ('t_1', 's', 'recall', 200, 10), ('t_1', 's', 'recall', 404, 20), ('t_1', 'z', 'write', 200, 5),"
            + " ('tx1', 's', 'recall', 500, 900)");
    assertThat(recalls("t_1")).isEqualTo(1);
    assertThat(recalls("default")).isEqualTo(1);

    JsonNode all = diagnostics("t_1", Map.of());
    assertThat(all.at("/request_telemetry/endpoints")).hasSize(2);
    JsonNode recall = all.at("/request_telemetry/endpoints/0");
    assertThat(recall.toString())
        .isEqualTo(
            "{\"endpoint\":\"recall\",\"total\":2,\"errors\":1,\"error_rate\":0.5,\"latency_p50_ms\":15,"
                + "\"latency_p95_ms\":19.5,\"latency_p99_ms\":19.9}");
    assertThat(all.at("/recall_pipeline/empty_seed_rate").asDouble()).isEqualTo(1);
    assertThat(all.at("/outbox/totals/pending").asInt()).isZero();
    JsonNode one = diagnostics("t_1", Map.of("scope", List.of("z")));
    assertThat(one.at("/request_telemetry/endpoints")).hasSize(1);
    assertThat(one.at("/recall_pipeline/total").asInt()).isZero();
    assertThatThrownBy(() -> diagnostics("t_1", Map.of("window_minutes", List.of("4"))))
        .isInstanceOf(InvalidRequestException.class);
  }

  private JsonNode staleKeys() {
    return new KeyReport(new Database(dataSource()), Clock.systemUTC()).stale(ALL, ADMIN);
  }

  private JsonNode diagnostics(String tenant, Map<String, List<String>> query) {
    return reports.diagnostics(DiagnosticsRequest.read(tenant, query), ADMIN).get("diagnostics");
  }

  private int recalls(String tenant) {
    return reports.dashboard(tenant, ADMIN).at("/dashboard/data_plane/recalls_24h").asInt();
  }
}
