package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ControlPlaneTest extends DatabaseSuite {
  private static final Actor ADMIN = Actor.adminToken("req-1");
  private static final ListQuery ALL = ListQuery.of(Map.of());
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  private static final String QUOTA =
      """
      {"recall_rps": 5, "recall_burst": 10, "write_rps": 2.5, "write_burst": 4, "write_max_wait_ms": 0,
       "debug_embed_rps": 1, "debug_embed_burst": 1, "recall_text_embed_rps": 3, "recall_text_embed_burst": 6,
       "recall_text_embed_max_wait_ms": 250}
      """;

  private Jpa jpa;
  private TenantService tenants;
  private KeyService keys;
  private QuotaService quotas;
  private TenantReports reports;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void start() throws SQLException {
    sql("truncate control_tenants, control_audit_events cascade");
    sql("truncate memory_request_telemetry, memory_recall_audit");
    Database database = new Database(dataSource());
    jpa = new Jpa(database);
    tenants = new TenantService(jpa);
    keys = new KeyService(jpa, Clock.systemUTC());
    quotas = new QuotaService(jpa);
    reports = new TenantReports(database, jpa, Settings.of(Map.of()), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    jpa.close();
  }

  @Test
  void aTenantIsReplacedAsAWhole() {
    JsonNode first =
        putTenant(
                "{\"tenant_id\":\" acme \",\"display_name\":\" Acme \",\"status\":\"suspended\",\"metadata\":{\"b\":1,\"a\":[2]}}")
            .get("tenant");
    assertThat(first.get("tenant_id").asText()).isEqualTo("acme");
    assertThat(first.get("display_name").asText()).isEqualTo("Acme");
    assertThat(first.get("metadata").toString()).isEqualTo("{\"a\":[2],\"b\":1}");
    assertThat(first.get("created_at").asText()).matches(TIME);

    JsonNode second = putTenant("{\"tenant_id\":\"acme\"}").get("tenant");
    assertThat(names(second))
        .containsExactly(
            "tenant_id", "display_name", "status", "metadata", "created_at", "updated_at");
    assertThat(second.get("display_name").isNull()).isTrue();
    assertThat(second.get("status").asText()).isEqualTo("active");
    assertThat(second.get("metadata").isEmpty()).isTrue();
    assertThat(second.get("created_at")).isEqualTo(first.get("created_at"));
  }

  @Test
  void tenantsAreListedByIdUnderLenientParameters() {
    for (String id : new String[] {"b", "a", "c"}) {
      putTenant("{\"tenant_id\":\"" + id + "\"}");
    }
    putTenant("{\"tenant_id\":\"d\",\"status\":\"suspended\"}");
    assertThat(ids(ALL)).containsExactly("a", "b", "c", "d");
    assertThat(ids(query("status", "suspended"))).containsExactly("d");
    assertThat(ids(query("status", "nonsense"))).hasSize(4);
    assertThat(ids(query("limit", ""))).containsExactly("a");
    assertThat(ids(query("limit", "many"))).hasSize(4);
    assertThat(ids(query("offset", "2"))).containsExactly("c", "d");
    assertThat(ids(ListQuery.of(Map.of("limit", List.of("1", "2"))))).hasSize(4);
  }

  @Test
  void aTenantThatMemoryCouldNotUseIsRefused() {
    refuses(400, "invalid_tenant_id", () -> putTenant("{\"tenant_id\":\"a b c\"}"));
    assertThatThrownBy(() -> putTenant("{\"tenant_id\":\"  \",\"status\":\"x\",\"metadata\":[]}"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e ->
                assertThat(e.issues())
                    .extracting(issue -> issue.path())
                    .containsExactly("tenant_id", "status", "metadata"));
  }

  @Test
  void twoWritersOfOneNewTenantBothSucceed() throws Exception {
    List<Callable<JsonNode>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      writers.add(() -> putTenant("{\"tenant_id\":\"acme\"}"));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (Future<JsonNode> done : pool.invokeAll(writers)) {
        assertThat(done.get().get("ok").asBoolean()).isTrue();
      }
    }
    assertThat(text("select count(*) from control_audit_events")).isEqualTo("8");
  }

  @Test
  void aProjectNeedsItsTenantAndMayMove() {
    refuses(404, "not_found", () -> putProject("p", "nobody"));
    putTenant("{\"tenant_id\":\"a\"}");
    putTenant("{\"tenant_id\":\"b\"}");
    assertThat(putProject("p", "a").at("/project/tenant_id").asText()).isEqualTo("a");
    assertThat(putProject("p", "b").at("/project/tenant_id").asText()).isEqualTo("b");
  }

  @Test
  void aKeyIsShownOnceAndStoredAsItsDigest() throws SQLException {
    putTenant("{\"tenant_id\":\"acme\"}");
    JsonNode key = createKey("{\"tenant_id\":\"acme\",\"label\":\"ci\",\"agent_id\":\"planner\"}");
    String secret = key.get("api_key").asText();
    assertThat(secret).matches("ak_live_[A-Za-z0-9_-]{32}");
    assertThat(key.get("key_prefix").asText()).isEqualTo(secret.substring(0, 14));
    assertThat(text("select key_hash from control_api_keys")).isEqualTo(Hashes.sha256Hex(secret));
    assertThat(text("select row_to_json(k)::text from control_api_keys k")).doesNotContain(secret);
    assertThat(text("select string_agg(details::text, '') from control_audit_events"))
        .doesNotContain(secret);

    JsonNode listed = keys.list(query("tenant_id", "acme")).get("keys");
    assertThat(listed).hasSize(1);
    assertThat(names(listed.get(0)))
        .containsExactly(
            "id",
            "tenant_id",
            "project_id",
            "label",
            "role",
            "agent_id",
            "team_id",
            "key_prefix",
            "status",
            "metadata",
            "created_at",
            "revoked_at",
            "expires_at",
            "last_used_at");
    assertThat(keys.list(query("tenant_id", "other")).get("keys")).isEmpty();
  }

  @Test
  void aKeyNamesATenantAndAProjectThatAreThere() {
    refuses(404, "not_found", () -> createKey("{\"tenant_id\":\"nobody\"}"));
    putTenant("{\"tenant_id\":\"a\"}");
    putTenant("{\"tenant_id\":\"b\"}");
    putProject("p", "b");
    refuses(404, "not_found", () -> createKey("{\"tenant_id\":\"a\",\"project_id\":\"p\"}"));
    assertThat(createKey("{\"tenant_id\":\"b\",\"project_id\":\"p\"}").get("project_id").asText())
        .isEqualTo("p");
  }

  @Test
  void aRevokedKeyStaysRevokedAndCountsAsALoss() throws SQLException {
    putTenant("{\"tenant_id\":\"acme\"}");
    String id = createKey("{\"tenant_id\":\"acme\"}").get("id").asText();
    String before = text("select epoch from control_key_epoch");
    JsonNode revoked = keys.revoke(id, ADMIN).get("key");
    assertThat(revoked.get("status").asText()).isEqualTo("revoked");
    assertThat(revoked.get("revoked_at").asText()).matches(TIME);
    assertThat(text("select epoch from control_key_epoch")).isNotEqualTo(before);
    assertThat(keys.revoke(id, ADMIN).at("/key/status").asText()).isEqualTo("revoked");
    refuses(404, "not_found", () -> keys.rotate(id, RotateRequest.read(null), ADMIN));
    refuses(404, "not_found", () -> keys.revoke("no-uuid", ADMIN));
    refuses(400, "invalid_request", () -> keys.revoke(" ", ADMIN));
  }

  @Test
  void aRotatedKeyHandsItsRightsOn() {
    putTenant("{\"tenant_id\":\"acme\"}");
    JsonNode old =
        createKey(
            "{\"tenant_id\":\"acme\",\"label\":\"ci\",\"role\":\"member\",\"agent_id\":\"planner\",\"metadata\":{\"a\":1,\"b\":1}}");
    JsonNode done = rotate(old, "{\"metadata\":{\"b\":2}}");
    JsonNode next = done.get("rotated");
    assertThat(done.get("api_key").asText()).startsWith(next.get("key_prefix").asText());
    assertThat(next.get("label").asText()).isEqualTo("ci");
    assertThat(next.get("agent_id").asText()).isEqualTo("planner");
    assertThat(next.at("/metadata/a").asInt()).isEqualTo(1);
    assertThat(next.at("/metadata/b").asInt()).isEqualTo(2);
    assertThat(next.at("/metadata/rotated_from_key_id")).isEqualTo(old.get("id"));
    assertThat(next.at("/metadata/rotated_at").asText()).matches(TIME);
    assertThat(done.at("/revoked/id")).isEqualTo(old.get("id"));
    assertThat(done.at("/revoked/status").asText()).isEqualTo("revoked");
  }

  @Test
  void anOverlapLetsTheOldKeyGoOnForThatLong() throws SQLException {
    putTenant("{\"tenant_id\":\"acme\"}");
    JsonNode done = rotate(createKey("{\"tenant_id\":\"acme\"}"), "{\"overlap_seconds\":3600}");
    assertThat(done.at("/revoked/status").asText()).isEqualTo("active");
    assertThat(
            text(
                "select count(*) from control_api_keys where status = 'active'"
                    + " and expires_at between now() + interval '59 m' and now() + interval '61 m'"))
        .isEqualTo("1");
  }

  @Test
  void ofTwoRotationsAtOnceOneWins() throws Exception {
    putTenant("{\"tenant_id\":\"acme\"}");
    JsonNode old = createKey("{\"tenant_id\":\"acme\"}");
    int won = 0;
    List<Callable<JsonNode>> rotations = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      rotations.add(() -> {
        try {
          return rotate(old, "{}");
        } catch (ApiException e) {
          assertThat(e.status()).isEqualTo(404);
          return null;
        }
      });
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      for (Future<JsonNode> done : pool.invokeAll(rotations)) {
        won += done.get() == null ? 0 : 1;
      }
    }
    assertThat(won).isEqualTo(1);
    assertThat(text("select count(*) from control_api_keys")).isEqualTo("2");
  }

  @Test
  void staleKeysAreReportedInTheContractsTypes() throws SQLException {
    putTenant("{\"tenant_id\":\"t1\"}");
    putTenant("{\"tenant_id\":\"t2\"}");
    JsonNode old = createKey("{\"tenant_id\":\"t1\"}");
    createKey("{\"tenant_id\":\"t2\"}");
    sql(
        "update control_api_keys set created_at = now() - interval '990 hours' where tenant_id = 't1'");
    JsonNode report = new KeyReport(new Database(dataSource())).stale(ALL);
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
    JsonNode after = new KeyReport(new Database(dataSource())).stale(ALL);
    assertThat(after.at("/stale/count").asInt()).isZero();
    assertThat(after.at("/recent_rotations_by_tenant/0/recent_rotation_count").textValue())
        .isEqualTo("1");
    assertThat(after.at("/tenants_without_recent_rotation/0/tenant_id").asText()).isEqualTo("t2");
  }

  @Test
  void aQuotaIsSetReadAndTakenBack() {
    putTenant("{\"tenant_id\":\"acme\"}");
    refuses(404, "not_found", () -> quotas.get("acme"));
    refuses(404, "not_found", () -> quotas.put("nobody", quota(QUOTA), ADMIN));
    JsonNode quota = quotas.put(" acme ", quota(QUOTA), ADMIN).get("quota");
    assertThat(quota.toString())
        .startsWith(
            "{\"tenant_id\":\"acme\",\"recall_rps\":5,\"recall_burst\":10,\"write_rps\":2.5,\"write_burst\":4,"
                + "\"write_max_wait_ms\":0,");
    assertThat(quotas.get("acme").get("quota")).isEqualTo(quota);
    assertThat(quotas.delete("acme", ADMIN).get("deleted").asBoolean()).isTrue();
    assertThat(quotas.delete("acme", ADMIN).get("deleted").asBoolean()).isFalse();
    refuses(400, "invalid_request", () -> quotas.get("  "));
    assertThatThrownBy(() -> quota("{\"recall_rps\":0,\"recall_burst\":1.5}"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class, e -> assertThat(e.issues()).hasSize(10));
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

    JsonNode events = tenants.auditEvents(query("tenant_id", "acme")).get("events");
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
    assertThat(tenants.auditEvents(ALL).get("events")).hasSize(7);
    assertThat(tenants.auditEvents(query("action", "api_key.create")).get("events")).hasSize(1);
  }

  @Test
  void anUnknownTenantHasADashboardOfZeros() {
    JsonNode board = reports.dashboard("nobody").get("dashboard");
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

  private JsonNode diagnostics(String tenant, Map<String, List<String>> query) {
    return reports.diagnostics(DiagnosticsRequest.read(tenant, query)).get("diagnostics");
  }

  private int recalls(String tenant) {
    return reports.dashboard(tenant).at("/dashboard/data_plane/recalls_24h").asInt();
  }

  private JsonNode putTenant(String body) {
    return tenants.put(TenantRequest.read(Jsons.stored(body)), ADMIN);
  }

  private JsonNode putProject(String id, String tenant) {
    String body = "{\"project_id\":\"" + id + "\",\"tenant_id\":\"" + tenant + "\"}";
    return tenants.put(ProjectRequest.read(Jsons.stored(body)), ADMIN);
  }

  private JsonNode createKey(String body) {
    return keys.create(KeyRequest.read(Jsons.stored(body)), ADMIN).get("key");
  }

  private JsonNode rotate(JsonNode key, String body) {
    RotateRequest wish = RotateRequest.read(Jsons.stored(body));
    return keys.rotate(key.get("id").asText(), wish, ADMIN).get("key");
  }

  private static QuotaRequest quota(String body) {
    return QuotaRequest.read(Jsons.stored(body));
  }

  private List<String> ids(ListQuery query) {
    return tenants.tenants(query).get("tenants").findValuesAsText("tenant_id");
  }

  private static ListQuery query(String name, String value) {
    return ListQuery.of(Map.of(name, List.of(value)));
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void refuses(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  private String text(String query) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private void sql(String text) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
