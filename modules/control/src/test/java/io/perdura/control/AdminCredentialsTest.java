package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.Admin;
import io.perdura.access.AdminGate;
import io.perdura.access.AdminNeed;
import io.perdura.access.AdminRole;
import io.perdura.access.AdminToken;
import io.perdura.kernel.Database;
import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminCredentialsTest extends ControlPlaneSuite {
  private static final AdminNeed READ = AdminNeed.inTenant(AdminRole.READER);
  private static final String TOKEN = "operators-own-token-0123456789abcdef";

  private AdminCredentialService credentials;
  private AdminGate gate;

  @BeforeEach
  void prepare() throws SQLException {
    sql("truncate control_admin_credentials");
    credentials = new AdminCredentialService(jpa, Clock.systemUTC());
    gate =
        new AdminGate(
            new AdminToken(Settings.of(Map.of("ADMIN_TOKEN", TOKEN))), new Database(dataSource()));
  }

  private JsonNode create(String body) {
    return credentials
        .create(AdminCredentialRequest.read(Jsons.stored(body.replace('\'', '"'))), ADMIN)
        .get("credential");
  }

  private Admin admit(JsonNode credential, AdminNeed need) {
    return gate.admit(credential.get("token").asText(), need);
  }

  @Test
  void aCredentialIsShownOnceAndStoredAsItsDigest() throws SQLException {
    JsonNode made =
        create("{'label':'ci','role':'reader','tenants':['t1','t1'],'metadata':{'k':1}}");
    assertThat(names(made))
        .containsExactly(
            "id",
            "label",
            "role",
            "tenants",
            "secret_prefix",
            "status",
            "metadata",
            "created_by",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "token");
    assertThat(made.get("token").asText()).matches("padm_[A-Za-z0-9_-]{32}");
    assertThat(made.get("tenants").toString()).isEqualTo("[\"t1\"]");
    assertThat(made.get("created_by").asText()).isEqualTo("admin_token");
    assertThat(text("select control_admin_credentials::text from control_admin_credentials"))
        .doesNotContain(made.get("token").asText());
    assertThat(credentials.list(ALL).toString()).doesNotContain(made.get("token").asText());
    assertThat(credentials.list(query("role", "owner")).get("credentials")).isEmpty();
    JsonNode event =
        tenants.auditEvents(query("action", "admin_credential.create"), ADMIN).at("/events/0");
    assertThat(event.get("resource_id")).isEqualTo(made.get("id"));
    assertThat(event.toString()).doesNotContain(made.get("token").asText());
  }

  @Test
  void itOpensWhatItsRoleAndTenantsAllow() {
    JsonNode reader = create("{'role':'reader'}");
    Admin admin = admit(reader, READ);
    assertThat(admin.name()).isEqualTo("credential:" + reader.get("id").asText());
    assertThat(admin.tenants()).isNull();
    assertThat(admit(reader, AdminNeed.everywhere(AdminRole.READER)).role())
        .isEqualTo(AdminRole.READER);
    for (AdminRole more : Set.of(AdminRole.TENANT_ADMIN, AdminRole.OPERATOR, AdminRole.OWNER)) {
      refuses(403, "forbidden_admin", () -> admit(reader, AdminNeed.inTenant(more)));
    }
    JsonNode limited = create("{'role':'operator','tenants':['t1']}");
    assertThat(admit(limited, READ).mayTouch("t1")).isTrue();
    assertThat(admit(limited, READ).mayTouch("t2")).isFalse();
    assertThat(admit(limited, READ).mayTouch(null)).isFalse();
    refuses(403, "forbidden_admin", () -> admit(limited, AdminNeed.everywhere(AdminRole.READER)));
    assertThat(admit(create("{'role':'owner'}"), AdminNeed.OWNER).role())
        .isEqualTo(AdminRole.OWNER);
    assertThat(gate.admit(TOKEN, AdminNeed.OWNER)).isEqualTo(Admin.TOKEN);
  }

  @Test
  void itEndsWhenItIsRevokedOrExpires() throws SQLException {
    JsonNode made = create("{'role':'reader','expires_at':'2999-01-01T00:00:00Z'}");
    admit(made, READ);
    assertThat(text("select (last_used_at is not null)::text from control_admin_credentials"))
        .isEqualTo("true");
    sql("update control_admin_credentials set expires_at = now() - interval '1 second'");
    refuses(401, "unauthorized_admin", () -> admit(made, READ));

    JsonNode other = create("{'role':'reader'}");
    String id = other.get("id").asText();
    assertThat(credentials.revoke(id, ADMIN).at("/credential/status").asText())
        .isEqualTo("revoked");
    refuses(401, "unauthorized_admin", () -> admit(other, READ));
    refuses(404, "not_found", () -> credentials.revoke("none", ADMIN));
  }

  @Test
  void everythingElseIsRefusedWithoutADatabase() {
    AdminGate blind =
        new AdminGate(new AdminToken(Settings.of(Map.of("ADMIN_TOKEN", TOKEN))), null);
    refuses(401, "unauthorized_admin", () -> blind.admit(null, READ));
    refuses(401, "unauthorized_admin", () -> blind.admit("wrong", READ));
    AdminGate closed = new AdminGate(new AdminToken(Settings.of(Map.of())), null);
    refuses(503, "admin_not_configured", () -> closed.admit("wrong", READ));
  }

  @Test
  void aTenantAdminNeedsTenantsAndAnOwnerHasAll() {
    for (String bad :
        new String[] {
          "{'role':'tenant_admin'}",
          "{'role':'owner','tenants':['t1']}",
          "{'role':'root'}",
          "{}",
          "{'role':'reader','tenants':[]}",
          "{'role':'reader','expires_at':'soon'}"
        }) {
      assertThatThrownBy(() -> create(bad)).as(bad).isInstanceOf(InvalidRequestException.class);
    }
    refuses(400, "invalid_tenant_id", () -> create("{'role':'reader','tenants':['a b']}"));
  }

  @Test
  void anAdministratorOfOneTenantFindsNothingOfAnother() {
    putTenant("{\"tenant_id\":\"t1\"}");
    putTenant("{\"tenant_id\":\"t2\"}");
    putProject("p2", "t2");
    JsonNode theirs = createKey("{\"tenant_id\":\"t2\"}");
    createKey("{\"tenant_id\":\"t1\"}");
    Actor mine = new Actor(new Admin("credential:c", AdminRole.TENANT_ADMIN, Set.of("t1")), "r");
    assertThat(tenants.tenants(ALL, mine).get("tenants").findValuesAsText("tenant_id"))
        .containsExactly("t1");
    assertThat(keys.list(ALL, mine).get("keys").findValuesAsText("tenant_id"))
        .containsExactly("t1");
    assertThat(tenants.auditEvents(ALL, mine).get("events").findValuesAsText("tenant_id"))
        .containsOnly("t1");
    assertThat(
            new KeyReport(new Database(dataSource()), Clock.systemUTC())
                .stale(ALL, mine)
                .get("active_by_tenant")
                .findValuesAsText("tenant_id"))
        .containsExactly("t1");
    String id = theirs.get("id").asText();
    refuses(404, "not_found", () -> keys.revoke(id, mine));
    refuses(404, "not_found", () -> keys.rotate(id, RotateRequest.read(Jsons.object()), mine));
    refuses(
        403,
        "forbidden_admin",
        () -> keys.create(KeyRequest.read(Jsons.stored("{\"tenant_id\":\"t2\"}")), mine));
    refuses(
        403,
        "forbidden_admin",
        () ->
            tenants.put(
                ProjectRequest.read(Jsons.stored("{\"project_id\":\"p2\",\"tenant_id\":\"t1\"}")),
                mine));
    refuses(403, "forbidden_admin", () -> quotas.get("t2", mine));
    refuses(403, "forbidden_admin", () -> reports.dashboard("t2", mine));
    JsonNode made =
        keys.create(KeyRequest.read(Jsons.stored("{\"tenant_id\":\"t1\"}")), mine).get("key");
    JsonNode event = tenants.auditEvents(query("action", "api_key.create"), ADMIN).at("/events/0");
    assertThat(event.get("actor").asText()).isEqualTo("credential:c");
    assertThat(event.get("resource_id")).isEqualTo(made.get("id"));
  }
}
