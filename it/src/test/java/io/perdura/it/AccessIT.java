package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server with API keys: who may call, as whom, and what each sees. */
class AccessIT {
  private static final String KEYS =
      "{'planner':{'tenant_id':'acme','agent_id':'planner','team_id':'ops'},'coder':{'tenant_id':'acme','agent_id':'coder'},"
          + "'wide':{'tenant_id':'acme'},'other':{'tenant_id':'globex','agent_id':'planner','team_id':'ops'}}";

  private static TestDatabase database;
  private static LibertyServer server;
  private static Api api;

  private final String scope = "access-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    database = TestDatabase.fresh();
    server =
        new LibertyServer("access", database.jdbcUrl(), database.user(), database.password())
            .with("MEMORY_AUTH_MODE", "api_key")
            .with("MEMORY_API_KEYS_JSON", KEYS.replace('\'', '"'))
            .start();
    api = server.api();
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  @Test
  void withoutAKeyNothingIsTold() {
    for (String path :
        new String[] {
          "write",
          "find",
          "recall",
          "recall_text",
          "sessions",
          "events",
          "nodes/activate",
          "feedback",
          "rules/state",
          "rules/evaluate",
          "tools/select",
          "tools/decision",
          "tools/feedback",
          "planning/context"
        }) {
      for (Map<String, String> headers :
          java.util.List.of(
              Map.<String, String>of(),
              Map.of("x-api-key", "nobody"),
              Map.of("authorization", "Bearer x"))) {
        Api.Answer answer = api.post("/v1/memory/" + path, "{}", headers);
        assertThat(answer.status()).as(path).isEqualTo(401);
        Wire.assertBody(answer.json(), "{'error':'unauthorized','message':'<text>'}");
        assertThat(answer.header("www-authenticate")).isNull();
      }
    }
    assertThat(api.status("/v1/memory/sessions/s/events")).isEqualTo(401);
    assertThat(api.status("/health")).isEqualTo(200);
  }

  @Test
  void aBodyThatCannotBeReadIsToldBeforeTheKeyIsAskedFor() {
    assertThat(api.post("/v1/memory/write", "{").status()).isEqualTo(400);
  }

  @Test
  void identityComesBeforeValidation() {
    Api.Answer answer = post("planner", "write", "{'tenant_id':'globex','nodes':5}");
    assertThat(answer.status()).isEqualTo(403);
    Wire.assertBody(
        answer.json(),
        "{'error':'identity_mismatch','message':'<text>','details':{'field':'tenant_id','provided':'globex','expected':'acme'}}");
  }

  @Test
  void theHeaderIsAClaimToo() {
    Api.Answer answer =
        api.post("/v1/memory/find", "{}", Map.of("x-api-key", "planner", "x-tenant-id", "globex"));
    assertThat(answer.status()).isEqualTo(403);
  }

  @Test
  void nobodyWritesInAnothersName() {
    refuses("write", "{'input_text':'x','owner_agent_id':'coder'}", "owner_agent_id");
    refuses("write", "{'input_text':'x','producer_agent_id':'coder'}", "producer_agent_id");
    refuses("write", "{'input_text':'x','owner_team_id':'dev'}", "owner_team_id");
    refuses(
        "write",
        "{'input_text':'x','nodes':[{'type':'event'},{'type':'event','owner_agent_id':'coder'}]}",
        "nodes.1.owner_agent_id");
    refuses("sessions", "{'session_id':'s','owner_agent_id':'coder'}", "owner_agent_id");
    refuses(
        "events",
        "{'session_id':'s','title':'t','producer_agent_id':'coder'}",
        "producer_agent_id");
    refuses("find", "{'consumer_agent_id':'coder'}", "consumer_agent_id");
    refuses("recall_text", "{'query_text':'x','consumer_team_id':'dev'}", "consumer_team_id");
  }

  @Test
  void privateMemoryIsItsOwners() {
    String node =
        "{'scope':'%s','input_text':'x','auto_embed':false,'nodes':[{'client_id':'n','type':'event','title':'mine'}]}";
    post("planner", "write", node).ok();

    JsonNode mine = post("planner", "find", "{'scope':'%s','include_meta':true}").ok();
    assertThat(mine.at("/nodes/0/owner_agent_id").textValue()).isEqualTo("planner");
    assertThat(mine.at("/filters/consumer_agent_id").textValue()).isEqualTo("planner");
    assertThat(mine.at("/tenant_id").textValue()).isEqualTo("acme");
    assertThat(found("coder", "{'scope':'%s'}")).isZero();
    assertThat(found("wide", "{'scope':'%s'}")).isZero();
    assertThat(found("wide", "{'scope':'%s','consumer_agent_id':'planner'}")).isEqualTo(1);
    assertThat(found("other", "{'scope':'%s'}")).isZero();
  }

  @Test
  void maintenanceTouchesNobodyElsesNodes() {
    post(
            "planner",
            "write",
            "{'scope':'%s','input_text':'x','auto_embed':false,'nodes':[{'client_id':'n','type':'event','title':'t','tier':'cold'}]}")
        .ok();
    String wish = "{'scope':'%s','client_ids':['n'],'input_text':'x','reason':'r'}";
    for (String path : new String[] {"archive/rehydrate", "nodes/activate"}) {
      Api.Answer stranger = post("coder", path, wish);
      assertThat(stranger.status()).as(path).isEqualTo(400);
      assertThat(stranger.json().get("error").textValue()).endsWith("_no_resolved_nodes");
      assertThat(post("planner", path, wish).ok().get("commit_id").isTextual()).as(path).isTrue();
    }
  }

  @Test
  void nobodyActsInAnothersNameBeforeTheRules() {
    String blank = "'context':{'agent':{'id':' '},'agent_id':'coder'}";
    refuses("rules/evaluate", "{" + blank + "}", "context.agent.id");
    refuses("tools/select", "{'candidates':['a']," + blank + "}", "context.agent.id");
    refuses("tools/feedback", "{'context':{'team_id':'dev'}}", "context.agent.team_id");
    refuses("planning/context", "{'query_text':'x'," + blank + "}", "context.agent.id");
    refuses("planning/context", "{'consumer_agent_id':'coder'}", "consumer_agent_id");
    refuses(
        "recall_text",
        "{'query_text':'x','rules_context':{'agent':{'id':'coder'}}}",
        "rules_context.agent.id");
  }

  @Test
  void privateRulesAreTheirOwnersToSeeAndToPutInForce() {
    post(
            "planner",
            "write",
            "{'scope':'%s','input_text':'x','auto_embed':false,'nodes':[{'client_id':'r','type':'rule','title':'mine'}]}")
        .ok();
    String rule = post("planner", "find", "{'scope':'%s'}").ok().at("/nodes/0/id").textValue();
    String wish = "{'scope':'%s','rule_node_id':'" + rule + "','state':'active','input_text':'x'}";
    Api.Answer stranger = post("coder", "rules/state", wish);
    assertThat(stranger.status()).isEqualTo(400);
    assertThat(stranger.json().get("error").textValue()).isEqualTo("rule_not_found_in_scope");
    post("planner", "rules/state", wish).ok();
    assertThat(matched("planner")).isEqualTo(1);
    assertThat(matched("coder")).isZero();
    assertThat(matched("other")).isZero();
  }

  private int matched(String key) {
    return post(key, "rules/evaluate", "{'scope':'%s'}").ok().get("matched").intValue();
  }

  @Test
  void idempotencyKeysBelongToTheCredential() {
    String body =
        "{\"scope\":\""
            + scope
            + "\",\"session_id\":\"s\",\"title\":\"t\",\"memory_lane\":\"shared\"}";
    JsonNode first = api.post("/v1/memory/events", body, keyed("planner", "k")).ok();
    Api.Answer again = api.post("/v1/memory/events", body, keyed("planner", "k"));
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
    assertThat(again.text()).isEqualTo(first.toString());
    Api.Answer another = api.post("/v1/memory/events", body, keyed("wide", "k"));
    assertThat(another.header("idempotency-replayed")).isNull();
    assertThat(another.ok().get("event_id")).isNotEqualTo(first.get("event_id"));
  }

  @Test
  void theAdminTokenOpensPacksAndAKeyDoesNot() {
    Api.Answer refused = api.post("/v1/memory/packs/export", "{}", Map.of("x-api-key", "planner"));
    assertThat(refused.status()).isEqualTo(401);
    Wire.assertBody(refused.json(), "{'error':'unauthorized_admin','message':'<text>'}");
    assertThat(
            api.post("/v1/memory/packs/export", "{\"tenant_id\":\"acme\"}", Api.ADMIN)
                .ok()
                .get("tenant_id")
                .textValue())
        .isEqualTo("acme");
  }

  @Test
  void telemetryNamesOnlyTenantsThatWereProven() throws Exception {
    String id = UUID.randomUUID().toString();
    Map<String, String> headers =
        new HashMap<>(Map.of("x-request-id", id, "x-tenant-id", "victim"));
    assertThat(api.post("/v1/memory/find", "{\"tenant_id\":\"victim\"}", headers).status())
        .isEqualTo(401);
    headers.remove("x-tenant-id");
    headers.put("x-api-key", "planner");
    api.post("/v1/memory/find", "{\"scope\":\"" + scope + "\"}", headers).ok();
    Poll.until("both rows are there", java.time.Duration.ofSeconds(20), () -> count(id) == 2);
    assertThat(
            query(
                "select string_agg(tenant_id || ' ' || status_code || ' ' || endpoint, ',' order by status_code desc)"
                    + " from memory_request_telemetry where request_id = '"
                    + id
                    + "'"))
        .isEqualTo("default 401 recall,acme 200 recall");
  }

  private void refuses(String path, String body, String field) {
    Api.Answer answer = post("planner", path, body);
    assertThat(answer.status()).as(body).isEqualTo(403);
    assertThat(answer.json().at("/details/field").textValue()).isEqualTo(field);
  }

  private int found(String key, String body) {
    return post(key, "find", body).ok().get("nodes").size();
  }

  private Api.Answer post(String key, String path, String body) {
    return api.post(
        "/v1/memory/" + path,
        body.replace("%s", scope).replace('\'', '"'),
        Map.of("x-api-key", key));
  }

  private static Map<String, String> keyed(String key, String idempotencyKey) {
    return Map.of("x-api-key", key, "idempotency-key", idempotencyKey);
  }

  private static int count(String requestId) {
    try {
      return Integer.parseInt(
          query(
              "select count(*)::text from memory_request_telemetry where request_id = '"
                  + requestId
                  + "'"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static String query(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
