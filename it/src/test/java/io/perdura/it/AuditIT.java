package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.audit.AuditVerifier;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every call leaves one row, in the chain of its tenant, and the chains verify. */
class AuditIT {
  private static final String KEYS =
      "{'planner':{'tenant_id':'acme','agent_id':'planner','team_id':'ops'},'other':{'tenant_id':'globex'}}";
  private static final Map<String, String> PLANNER = Map.of("x-api-key", "planner");

  private static TestDatabase database;
  private static LibertyServer server;
  private static Api api;
  private static Trail trail;

  @BeforeAll
  static void start() {
    database = TestDatabase.fresh();
    server =
        new LibertyServer("audit", database.jdbcUrl(), database.user(), database.password())
            .with("MEMORY_AUTH_MODE", "api_key")
            .with("MEMORY_API_KEYS_JSON", KEYS.replace('\'', '"'))
            .with("PERDURA_AUDIT_ANONYMOUS_PER_MINUTE", "40")
            .start();
    api = server.api();
    trail = new Trail(database);
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  @Test
  void aWriteARecallARefusalAndAnAdminCallLeaveOneRowEach() throws SQLException {
    String scope = "audit-" + UUID.randomUUID();
    JsonNode written = post("write", "/v1/memory/write", write(scope), PLANNER).ok();
    post("recall", "/v1/memory/recall_text", recall(scope), PLANNER).ok();
    assertThat(post("no key", "/v1/memory/recall", "{'tenant_id':'acme'}", Map.of()).status())
        .isEqualTo(401);
    assertThat(post("wrong tenant", "/v1/memory/find", "{'tenant_id':'globex'}", PLANNER).status())
        .isEqualTo(403);
    assertThat(post("bad write", "/v1/memory/write", "{'nodes':1}", PLANNER).status())
        .isEqualTo(400);
    post("admin", "/v1/admin/control/tenants", "{'tenant_id':'acme'}", Api.ADMIN).ok();
    assertThat(api.get("/v1/admin/control/tenants", headers("admin read", Api.ADMIN)).status())
        .isEqualTo(200);
    assertThat(post("no token", "/v1/admin/control/tenants", "{}", Map.of()).status())
        .isEqualTo(401);

    Trail.Row write = only("write");
    assertThat(write.chain()).isEqualTo("tenant/acme");
    assertThat(write.entry().get("call").asText()).isEqualTo("POST /v1/memory/write");
    assertThat(write.entry().get("status").asInt()).isEqualTo(200);
    assertThat(write.entry().get("commit")).isEqualTo(written.get("commit_id"));
    assertThat(write.entry().has("seq")).as("went with its transaction").isFalse();
    assertThat(write.personal().get("agent").asText()).isEqualTo("planner");
    assertThat(write.personal().get("scope").asText()).isEqualTo(scope);
    assertThat(write.personal().get("body_sha256").asText()).hasSize(64);
    assertThat(write.personal().get("ip").asText()).isEqualTo("127.0.0.1");

    Trail.Row recall = only("recall");
    assertThat(recall.chain()).isEqualTo("tenant/acme");
    assertThat(recall.entry().get("seq").asLong()).as("came through the spool").isPositive();

    Trail.Row anonymous = only("no key");
    assertThat(anonymous.chain()).isEqualTo("anonymous");
    assertThat(anonymous.entry().get("status").asInt()).isEqualTo(401);
    assertThat(anonymous.personal().has("principal")).isFalse();

    Trail.Row wrongTenant = only("wrong tenant");
    assertThat(wrongTenant.chain()).isEqualTo("tenant/acme");
    assertThat(wrongTenant.entry().get("status").asInt()).isEqualTo(403);
    assertThat(only("bad write").entry().get("status").asInt()).isEqualTo(400);

    Trail.Row admin = only("admin");
    assertThat(admin.chain()).isEqualTo("control");
    assertThat(admin.entry().get("changes")).hasSize(1);
    assertThat(admin.personal().get("principal").asText()).isEqualTo("admin_token");
    assertThat(only("admin read").chain()).isEqualTo("control");
    assertThat(only("no token").chain()).isEqualTo("anonymous");
    assertThat(verify().get("ok").asBoolean()).as(verify().toPrettyString()).isTrue();
  }

  @Test
  void aRepeatedKeyLeavesARowForEachCallAndOneCommit() throws SQLException {
    String scope = "audit-" + UUID.randomUUID();
    Map<String, String> keyed = Map.of("x-api-key", "planner", "idempotency-key", scope);
    post("first", "/v1/memory/write", write(scope), keyed).ok();
    post("again", "/v1/memory/write", write(scope), keyed).ok();
    // The same content without a key is the same commit, and a call of its own.
    post("same", "/v1/memory/write", write(scope), PLANNER).ok();
    for (String call : List.of("first", "again", "same")) {
      assertThat(only(call).entry().get("status").asInt()).isEqualTo(200);
    }
  }

  @Test
  void callsOfEveryKindOfTransactionTakeTheirRowAlong() throws SQLException {
    String scope = "audit-" + UUID.randomUUID();
    JsonNode written = post("w", "/v1/memory/write", write(scope), PLANNER).ok();
    String id = written.at("/nodes/0/id").asText();
    post(
            "session",
            "/v1/memory/sessions",
            "{'session_id':'" + scope + "','input_text':'s'}",
            PLANNER)
        .ok();
    String activate = "{'scope':'" + scope + "','input_text':'a','node_ids':['" + id + "']}";
    post("activate", "/v1/memory/nodes/activate", activate, PLANNER).ok();
    String select =
        "{'scope':'" + scope + "','context':{'a':1},'candidates':['grep','find'],'strict':false}";
    post("select", "/v1/memory/tools/select", select, PLANNER).ok();
    post(
        "erase",
        "/v1/admin/erase/scope",
        "{'tenant_id':'acme','scope':'" + scope + "','reason':'t'}",
        Api.ADMIN);
    for (String call : List.of("session", "activate", "select", "erase")) {
      Trail.Row row = only(call);
      assertThat(row.entry().get("status").asInt()).as(call + ": " + row).isEqualTo(200);
      assertThat(row.entry().has("after")).as(call + " went with its transaction").isTrue();
    }
    assertThat(only("activate").entry().get("commit").asText()).isNotEmpty();
  }

  @Test
  void rowsAreLinkedWithinTwoSeconds() throws SQLException {
    String scope = "audit-" + UUID.randomUUID();
    long start = System.nanoTime();
    post("timed", "/v1/memory/write", write(scope), PLANNER).ok();
    only("timed");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whoeverHasNoKeyCannotFillTheTrail() throws SQLException {
    for (int i = 0; i < 120; i++) {
      assertThat(post("flood", "/v1/memory/find", "{}", Map.of()).status()).isEqualTo(401);
    }
    Poll.until(
        "spool is empty",
        Duration.ofSeconds(10),
        () ->
            trail.rows("flood").stream().allMatch(Trail.Row::linked)
                && !trail.rows("flood").isEmpty(),
        () -> "");
    assertThat(trail.rows("flood")).hasSizeLessThanOrEqualTo(80);
    assertThat(api.get("/metrics", Api.ADMIN).status()).isIn(200, 404);
  }

  @Test
  void aKilledServerLosesNoRowOfAnAnswerThatLeft() throws SQLException {
    LibertyServer victim =
        new LibertyServer("audit-kill", database.jdbcUrl(), database.user(), database.password())
            .start();
    try {
      String scope = "killed-" + UUID.randomUUID();
      List<String> answered = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String name = "kill " + i + " " + scope;
        Map<String, String> headers = Map.of("x-request-id", name);
        victim.api().post("/v1/memory/find", "{}", headers).ok();
        answered.add(name);
      }
      victim.kill();
      victim.start();
      for (String name : answered) {
        Poll.until(
            name + " has arrived",
            Duration.ofSeconds(30),
            () -> trail.rows(name).size() == 1,
            () -> "");
      }
      for (String name : answered) {
        assertThat(trail.rows(name)).hasSize(1);
      }
      assertThat(verify().get("gaps")).isEmpty();
    } finally {
      victim.close();
    }
  }

  private static JsonNode verify() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return AuditVerifier.verify(connection, null);
    }
  }

  private final String run = UUID.randomUUID().toString();

  private Api.Answer post(String name, String path, String json, Map<String, String> headers) {
    return api.post(path, json.replace('\'', '"'), headers(name, headers));
  }

  private Map<String, String> headers(String name, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("x-request-id", name + " " + run);
    return all;
  }

  private Trail.Row only(String name) throws SQLException {
    String requestId = name + " " + run;
    Poll.until(name + " is linked", Duration.ofSeconds(10), () -> trail.isLinked(requestId));
    List<Trail.Row> rows = trail.rows(requestId);
    assertThat(rows).as(name).hasSize(1);
    return rows.get(0);
  }

  private static String write(String scope) {
    return "{'scope':'"
        + scope
        + "','input_text':'"
        + scope
        + "','nodes':[{'client_id':'n1','type':'event','title':'t','text_summary':'the harbour is closed'}]}";
  }

  private static String recall(String scope) {
    return "{'scope':'" + scope + "','query_text':'harbour'}";
  }
}
