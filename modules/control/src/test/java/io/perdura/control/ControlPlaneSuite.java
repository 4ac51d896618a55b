package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The control plane over an empty database, with short hands. */
abstract class ControlPlaneSuite extends DatabaseSuite {
  static final Actor ADMIN = Actor.adminToken("req-1");
  static final ListQuery ALL = ListQuery.of(Map.of());
  static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  static final String QUOTA =
      """
      {"recall_rps": 5, "recall_burst": 10, "write_rps": 2.5, "write_burst": 4, "write_max_wait_ms": 0,
       "debug_embed_rps": 1, "debug_embed_burst": 1, "recall_text_embed_rps": 3, "recall_text_embed_burst": 6,
       "recall_text_embed_max_wait_ms": 250}
      """;

  Jpa jpa;
  TenantService tenants;
  KeyService keys;
  QuotaService quotas;
  TenantReports reports;

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

  JsonNode putTenant(String body) {
    return tenants.put(TenantRequest.read(Jsons.stored(body)), ADMIN);
  }

  JsonNode putProject(String id, String tenant) {
    String body = "{\"project_id\":\"" + id + "\",\"tenant_id\":\"" + tenant + "\"}";
    return tenants.put(ProjectRequest.read(Jsons.stored(body)), ADMIN);
  }

  JsonNode createKey(String body) {
    return keys.create(KeyRequest.read(Jsons.stored(body)), ADMIN).get("key");
  }

  JsonNode rotate(JsonNode key, String body) {
    RotateRequest wish = RotateRequest.read(Jsons.stored(body));
    return keys.rotate(key.get("id").asText(), wish, ADMIN).get("key");
  }

  static QuotaRequest quota(String body) {
    return QuotaRequest.read(Jsons.stored(body));
  }

  List<String> ids(ListQuery query) {
    return tenants.tenants(query, ADMIN).get("tenants").findValuesAsText("tenant_id");
  }

  static ListQuery query(String name, String value) {
    return ListQuery.of(Map.of(name, List.of(value)));
  }

  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static void refuses(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  String text(String query) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  void sql(String text) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
