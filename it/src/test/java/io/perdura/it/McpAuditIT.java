package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each tool call leaves one row in the audit trail, whatever became of it, and no secret. */
class McpAuditIT {
  private static final String REMEMBER = "POST /v1/memory/write 200";
  private static final String RECALL = "POST /v1/memory/recall_text ";
  private static final String REQUEST = "POST /mcp ";
  private static final String LIST = "{'jsonrpc':'2.0','id':9,'method':'tools/list'}";

  private final GuardedServer guarded = GuardedServer.get();
  private final Trail trail = new Trail(guarded.database());
  private final String run = UUID.randomUUID().toString();
  private final Mcp planner = as(Map.of("x-api-key", GuardedServer.PLANNER));

  private Mcp as(Map<String, String> headers) {
    Mcp mcp = Mcp.of(guarded.api()).at("tools=all&scope=" + run);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      mcp = mcp.with(header.getKey(), header.getValue());
    }
    return mcp;
  }

  /** The caller under a request id of its own. */
  private Mcp named(Mcp mcp, String name) {
    return mcp.with("x-request-id", run + " " + name);
  }

  /** What the request left in the trail, as chain, call and status. */
  private List<String> rows(String name) {
    // Rows keep their order on the way: when this one has arrived, so have all before it.
    String last = run + " after " + name;
    guarded.api().post("/v1/memory/find", "{}", Map.of("x-request-id", last));
    Poll.until("the rows are linked", Duration.ofSeconds(10), () -> trail.isLinked(last));
    return trail.rows(run + " " + name).stream()
        .map(row ->
            row.chain()
                + " "
                + row.entry().get("call").textValue()
                + " "
                + row.entry().get("status").intValue())
        .sorted()
        .toList();
  }

  private static String call(String tool, String arguments) {
    return "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'"
        + tool
        + "','arguments':{"
        + arguments
        + "}}}";
  }

  private static String own(String call) {
    return "tenant/acme " + call;
  }

  @Test
  void aCallThatSucceedsLeavesTheRowOfItsRoute() {
    named(planner, "remember").text("memory_remember", "{'text':'x'}");
    named(planner, "recall").text("memory_recall_text", "{'query_text':'x'}");
    named(planner, "plan").text("perdura_plan", "{'query_text':'x','tool_candidates':['a']}");

    assertThat(rows("remember")).containsExactly(own(REMEMBER));
    assertThat(rows("recall")).containsExactly(own(RECALL + "200"));
    assertThat(rows("plan")).containsExactly(own("POST /v1/memory/planning/context 200"));
    JsonNode entry = trail.rows(run + " remember").get(0).entry();
    assertThat(entry.has("after")).as("went with its transaction").isTrue();
    assertThat(entry.get("commit").textValue()).isNotEmpty();
  }

  @Test
  void aCallThatTheRouteRefusesLeavesOneRowToo() {
    named(planner, "faulty").failure("memory_recall_text", "{'query_text':'x','max_edges':0}");
    named(planner, "spoofed").failure("memory_remember", "{'text':'x','owner_agent_id':'coder'}");

    assertThat(rows("faulty")).containsExactly(own(RECALL + "400"));
    assertThat(rows("spoofed")).containsExactly(own("POST /v1/memory/write 403"));
  }

  @Test
  void aCallThatReachesNoRouteLeavesTheRowOfItsRequest() {
    named(planner, "unknown").failure("no_such_tool", "{}");
    named(planner, "arguments").failure("memory_remember", "{'text':5}");
    named(planner, "list").post(LIST).ok();

    for (String name : List.of("unknown", "arguments", "list")) {
      assertThat(rows(name)).as(name).containsExactly(own(REQUEST + "200"));
    }
  }

  @Test
  void whoHasNoCredentialIsInNobodysChain() {
    Mcp stranger = as(Map.of("x-tenant-id", "acme"));
    assertThat(named(stranger, "stranger").post(call("memory_remember", "'text':'x'")).status())
        .isEqualTo(401);
    Mcp confused = planner.with("x-tenant-id", "globex");
    assertThat(named(confused, "confused").post(call("memory_remember", "'text':'x'")).status())
        .isEqualTo(403);

    assertThat(rows("stranger")).containsExactly("anonymous " + REQUEST + "401");
    assertThat(rows("confused")).containsExactly(own(REQUEST + "403"));
  }

  @Test
  void callsThatComeTogetherHaveARowEach() {
    String remember = call("memory_remember", "'text':'x'");
    String recall = call("memory_recall_text", "'query_text':'x'");
    Mcp older = planner.with("mcp-protocol-version", "2025-03-26");
    named(older, "both").post("[" + remember + "," + recall + "]").ok();
    named(older, "mixed").post("[" + remember + "," + LIST + "]").ok();

    assertThat(rows("both")).containsExactlyInAnyOrder(own(REMEMBER), own(RECALL + "200"));
    assertThat(rows("mixed")).containsExactlyInAnyOrder(own(REMEMBER), own(REQUEST + "200"));
  }

  @Test
  void noRowShowsACredential() {
    String token =
        Jwt.secret(
            Jwt.claims(
                "{'tenant_id':'acme','sub':'planner','team_id':'ops','jti':'" + run + "-jti'}"));
    Mcp bearer = as(Map.of("authorization", "Bearer " + token));
    named(bearer, "token").text("memory_remember", "{'text':'x'}");
    Map<String, String> forged =
        Map.of(
            "authorization",
            "Bearer " + token.substring(0, token.length() - 4) + "AAAA",
            "x-request-id",
            run + " forged");
    assertThat(guarded.api().post("/v1/memory/find", "{}", forged).status()).isEqualTo(401);
    named(planner, "key").text("memory_remember", "{'text':'x'}");

    assertThat(rows("token")).containsExactly(own(REMEMBER));
    JsonNode personal = trail.rows(run + " token").get(0).personal();
    assertThat(personal.get("principal").textValue()).matches("[0-9a-f]{8,32}");
    assertThat(personal.get("agent").textValue()).isEqualTo("planner");
    assertThat(rows("forged")).containsExactly("anonymous POST /v1/memory/find 401");
    assertThat(trail.rows(run + " forged").get(0).personal().has("principal")).isFalse();
    assertThat(rows("key")).hasSize(1);
    for (String part : token.split("\\.")) {
      assertThat(trail.mentions(part)).as(part).isZero();
    }
    for (String secret :
        List.of(run + "-jti", Jwt.SECRET, GuardedServer.PLANNER, Api.ADMIN_TOKEN)) {
      assertThat(trail.mentions(secret)).as(secret).isZero();
    }
  }
}
