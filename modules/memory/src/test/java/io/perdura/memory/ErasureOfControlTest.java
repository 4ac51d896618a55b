package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The erasure of a tenant takes what the control plane knows of it, too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErasureOfControlTest {
  private static final String TENANT_ROWS =
      """
      insert into control_tenants (tenant_id, display_name) values ('%1$s', 'Quicksilver %1$s');
      insert into control_projects (project_id, tenant_id) values ('p-%1$s', '%1$s'), ('q-%1$s', '%1$s'), ('r-%1$s', '%1$s');
      insert into control_api_keys (tenant_id, label, key_hash, key_prefix)
        select '%1$s', 'Quicksilver', '%1$s' || i, '%1$s' || i from generate_series(1, 5) i;
      insert into control_tenant_quotas values ('%1$s', 1, 1, 1, 1, 0, 1, 1, 1, 1, 0);
      insert into control_alert_routes (id, tenant_id, channel, target) values ('a-%1$s', '%1$s', 'webhook', 'https://x.example/');
      insert into control_alert_deliveries (route_id, tenant_id, event_type, status) values ('a-%1$s', '%1$s', 'e', 'sent');
      insert into control_incident_publish_jobs (tenant_id, run_id, source_dir, target)
        values ('%1$s', 'Quicksilver', '/a', 's3://b');
      insert into control_audit_events (actor, action, resource_type, resource_id, tenant_id, details)
        values ('admin_token', 'api_key.create', 'api_key', 'k', '%1$s', '{"label": "Quicksilver"}');
      insert into control_admin_credentials (role, tenants, secret_hash, secret_prefix, created_by)
        values ('reader', '["%1$s"]', 'only-%1$s', 'x', 'admin_token'),
               ('reader', '["%1$s", "third"]', 'both-%1$s', 'x', 'admin_token');
      """;

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeAll
  void open() throws SQLException {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource(), "PERDURA_ERASE_CHUNK", "2");
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TENANT_ROWS.formatted("acme"));
      statement.execute(TENANT_ROWS.formatted("globex"));
    }
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void nothingOfTheTenantIsLeftAndNothingOfOthersIsTouched() throws SQLException {
    assertThat(kit.residue(TENANT, "{'tenant_id':'acme'}").get("clean").booleanValue()).isFalse();
    String before = others();
    JsonNode answer = kit.erase(TENANT, "{'tenant_id':'acme'}");
    assertThat(answer.at("/residue/clean").booleanValue()).as(answer.toPrettyString()).isTrue();
    assertThat(answer.at("/removed/control_api_keys").asInt()).isEqualTo(5);
    assertThat(answer.at("/removed/control_projects").asInt()).isEqualTo(3);
    assertThat(answer.at("/removed/control_alert_deliveries").asInt()).isEqualTo(1);
    assertThat(answer.at("/residue/looked_at/control_alert_routes").asText())
        .isEqualTo("tenant_id");
    assertThat(others()).isEqualTo(before);

    assertThat(
            rows(
                "select action || ' ' || resource_id || ' ' || details::text from control_audit_events where tenant_id = 'acme'"))
        .as("who did what stays")
        .containsExactly("api_key.create k {\"erased\": true}");
    assertThat(
            rows(
                "select status || ' ' || tenants::text from control_admin_credentials where secret_hash like '%-acme' order by 1"))
        .containsExactly("active [\"third\"]", "revoked []");
    assertThat(kit.residue(TENANT, "{'tenant_id':'acme'}").get("clean").booleanValue()).isTrue();
  }

  private String others() throws SQLException {
    List<String> all = new ArrayList<>();
    for (String table :
        List.of(
            "control_tenants",
            "control_projects",
            "control_api_keys",
            "control_tenant_quotas",
            "control_alert_routes",
            "control_alert_deliveries",
            "control_incident_publish_jobs",
            "control_audit_events")) {
      all.addAll(rows("select t::text from " + table + " t where tenant_id = 'globex' order by 1"));
    }
    all.addAll(
        rows(
            "select c::text from control_admin_credentials c where secret_hash like '%-globex' order by 1"));
    assertThat(all).hasSize(16);
    return all.toString();
  }

  private List<String> rows(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
