package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.InvalidRequestException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ControlPlaneTest extends ControlPlaneSuite {
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
  void aChangeAndTheRowOfItsCallCommitTogether() throws SQLException {
    List<String> vouched = new ArrayList<>();
    CallRecord record =
        CallRecord.open((commitId, changes) -> {
          vouched.addAll(changes);
          return new AuditRow("control", "{", "{\"n\":1}", "{}");
        });
    try {
      putTenant("{\"tenant_id\":\"acme\"}");
    } finally {
      CallRecord.close();
    }
    assertThat(record.isCommitted()).isTrue();
    assertThat(text("select count(*) from audit_inbox")).isEqualTo("1");
    assertThat(vouched).hasSize(1);
    assertThat(vouched.get(0)).startsWith(text("select event_id from control_audit_events") + ":");
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

    JsonNode listed = keys.list(query("tenant_id", "acme"), ADMIN).get("keys");
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
    assertThat(keys.list(query("tenant_id", "other"), ADMIN).get("keys")).isEmpty();
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
  void aQuotaIsSetReadAndTakenBack() {
    putTenant("{\"tenant_id\":\"acme\"}");
    refuses(404, "not_found", () -> quotas.get("acme", ADMIN));
    refuses(404, "not_found", () -> quotas.put("nobody", quota(QUOTA), ADMIN));
    JsonNode quota = quotas.put(" acme ", quota(QUOTA), ADMIN).get("quota");
    assertThat(quota.toString())
        .startsWith(
            "{\"tenant_id\":\"acme\",\"recall_rps\":5,\"recall_burst\":10,\"write_rps\":2.5,\"write_burst\":4,"
                + "\"write_max_wait_ms\":0,");
    assertThat(quotas.get("acme", ADMIN).get("quota")).isEqualTo(quota);
    assertThat(quotas.delete("acme", ADMIN).get("deleted").asBoolean()).isTrue();
    assertThat(quotas.delete("acme", ADMIN).get("deleted").asBoolean()).isFalse();
    refuses(400, "invalid_request", () -> quotas.get("  ", ADMIN));
    assertThatThrownBy(() -> quota("{\"recall_rps\":0,\"recall_burst\":1.5}"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class, e -> assertThat(e.issues()).hasSize(10));
  }
}
