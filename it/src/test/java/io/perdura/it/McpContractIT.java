package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The MCP endpoint on a real server: the contract's tools and what each of them does to memory. */
class McpContractIT {
  private static final String MEMORY_REMEMBER =
      """
      {'name':'memory_remember','title':'<text>','description':'<text>','inputSchema':{'type':'object','properties':{
        'text':{'type':'string','minLength':1,'description':'<text>'},
        'scope':{'type':'string','minLength':1,'default':'default','description':'<text>'},
        'client_id':{'type':'string','minLength':1,'description':'<text>'},
        'type':{'type':'string','enum':['event','entity','topic','rule'],'default':'event','description':'<text>'},
        'memory_lane':{'type':'string','enum':['private','shared'],'default':'private','description':'<text>'},
        'producer_agent_id':{'type':'string','minLength':1,'description':'<text>'},
        'owner_agent_id':{'type':'string','minLength':1,'description':'<text>'},
        'owner_team_id':{'type':'string','minLength':1,'description':'<text>'},
        'title':{'type':'string','minLength':1,'description':'<text>'},
        'slots':{'type':'object','description':'<text>'},
        'auto_embed':{'type':'boolean','default':true,'description':'<text>'},
        'force_reembed':{'type':'boolean','default':false,'description':'<text>'},
        'trigger_topic_cluster':{'type':'boolean','description':'<text>'},
        'topic_cluster_async':{'type':'boolean','description':'<text>'}},
        'required':['text'],'additionalProperties':false}}\
      """;
  private static final String MEMORY_RECALL_TEXT =
      """
      {'name':'memory_recall_text','title':'<text>','description':'<text>','inputSchema':{'type':'object','properties':{
        'query_text':{'type':'string','minLength':1,'description':'<text>'},
        'scope':{'type':'string','minLength':1,'default':'default','description':'<text>'},
        'consumer_agent_id':{'type':'string','minLength':1,'description':'<text>'},
        'consumer_team_id':{'type':'string','minLength':1,'description':'<text>'},
        'limit':{'type':'integer','minimum':1,'maximum':200,'description':'<text>'},
        'neighborhood_hops':{'type':'integer','minimum':1,'maximum':2,'description':'<text>'},
        'max_nodes':{'type':'integer','minimum':1,'maximum':200,'description':'<text>'},
        'max_edges':{'type':'integer','minimum':0,'maximum':100,'description':'<text>'},
        'min_edge_weight':{'type':'number','minimum':0,'maximum':1,'description':'<text>'},
        'min_edge_confidence':{'type':'number','minimum':0,'maximum':1,'description':'<text>'}},
        'required':['query_text'],'additionalProperties':false}}\
      """;

  private final Api api = SharedServer.get().api();
  private final Mcp mcp = Mcp.of(api);
  private final String scope = "mcp-" + UUID.randomUUID();

  @Test
  void theHandshakeSaysWhoAnswers() {
    String version = api.get("/openapi?format=json").ok().at("/info/version").textValue();
    for (String revision : List.of("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")) {
      Api.Answer answer =
          mcp.post(
              "{'jsonrpc':'2.0','id':'i','method':'initialize','params':{'protocolVersion':'"
                  + revision
                  + "','capabilities':{},'clientInfo':{'name':'it','version':'1'}}}");
      Wire.assertBody(
          answer.ok(),
          "{'jsonrpc':'2.0','id':'i','result':{'protocolVersion':'"
              + revision
              + "','capabilities':{'tools':{'listChanged':false}},'serverInfo':{'name':'aionis-memory-graph','version':'"
              + version
              + "'}}}");
      assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
      assertThat(answer.header("mcp-session-id")).isNull();
      assertThat(answer.header("x-request-id")).isNotBlank();
    }
    assertThat(
            mcp.request("initialize", "'protocolVersion':'2099-01-01'")
                .at("/result/protocolVersion")
                .textValue())
        .isEqualTo("2025-11-25");
  }

  @Test
  void thereAreTheContractsTwoTools() {
    Wire.assertBody(
        mcp.request("tools/list", ""),
        "{'jsonrpc':'2.0','id':1,'result':{'tools':["
            + MEMORY_REMEMBER
            + ","
            + MEMORY_RECALL_TEXT
            + "]}}");
  }

  @Test
  void theAddressChoosesScopeAndTools() {
    JsonNode tools =
        mcp.at("tools=all&scope=elsewhere").request("tools/list", "").at("/result/tools");
    assertThat(tools.findValuesAsText("name"))
        .containsExactly(
            "memory_remember",
            "memory_recall_text",
            "perdura_find",
            "perdura_log_event",
            "perdura_session_events",
            "perdura_memory_feedback",
            "perdura_plan",
            "perdura_select_tool",
            "perdura_tool_feedback");
    for (JsonNode tool : tools) {
      assertThat(tool.at("/inputSchema/properties/scope/default").textValue())
          .isEqualTo("elsewhere");
    }
    assertThat(mcp.at("tools=none").post("{}").status()).isEqualTo(400);
  }

  @Test
  void whatIsRememberedIsInTheGraph() {
    String text =
        mcp.text(
            "memory_remember",
            arguments(
                "'text':'The deploy window is Tuesday.','type':'entity','memory_lane':'shared','client_id':'window',"
                    + "'title':'Deploy window','slots':{'day':2}"));
    assertThat(text)
        .matches(
            "Remembered this entity\\.\nnode_id: [0-9a-f-]{36}\ncommit_id: [0-9a-f-]{36}\ncommit_hash: [0-9a-f]{64}");
    JsonNode found =
        api.post(
                "/v1/memory/find",
                "{\"scope\":\"" + scope + "\",\"include_meta\":true,\"include_slots\":true}")
            .ok()
            .get("nodes");
    assertThat(found).hasSize(1);
    JsonNode node = found.get(0);
    assertThat(text).contains("node_id: " + node.get("id").textValue());
    assertThat(node.get("type").textValue()).isEqualTo("entity");
    assertThat(node.get("title").textValue()).isEqualTo("Deploy window");
    assertThat(node.get("text_summary").textValue()).isEqualTo("The deploy window is Tuesday.");
    assertThat(node.at("/slots/day").intValue()).isEqualTo(2);
    assertThat(node.get("client_id").textValue()).isEqualTo("window");
    assertThat(node.has("producer_agent_id") && !node.get("producer_agent_id").isNull()).isFalse();
  }

  @Test
  void whatIsRememberedPrivatelyCanBeRecalledAgain() {
    mcp.text("memory_remember", arguments("'text':'The spare key is under the pot.'"));
    String asked = arguments("'query_text':'The spare key is under the pot.','limit':'5'");
    Poll.until(
        "it is recalled",
        java.time.Duration.ofSeconds(30),
        () -> mcp.text("memory_recall_text", asked).contains("The spare key is under the pot."));
    JsonNode nothing = Jsons.stored(mcp.at("agent_id=stranger").text("memory_recall_text", asked));
    assertThat(nothing.at("/subgraph/nodes")).isEmpty();
    JsonNode rest =
        api.post(
                "/v1/memory/recall_text",
                "{\"scope\":\""
                    + scope
                    + "\",\"query_text\":\"The spare key is under the pot.\",\"consumer_agent_id\":\"mcp\",\"limit\":5}")
            .ok();
    assertThat(mcp.text("memory_recall_text", asked))
        .isEqualTo(rest.at("/context/text").textValue());
  }

  @Test
  void anAgentOfTheAddressOwnsWhatItRemembers() {
    mcp.at("agent_id=ada&scope=" + scope).text("memory_remember", "{'text':'mine'}");
    JsonNode node =
        api.post(
                "/v1/memory/find",
                "{\"scope\":\"" + scope + "\",\"consumer_agent_id\":\"ada\",\"include_meta\":true}")
            .ok()
            .at("/nodes/0");
    assertThat(node.get("owner_agent_id").textValue()).isEqualTo("ada");
    assertThat(node.get("producer_agent_id").textValue()).isEqualTo("ada");
    assertThat(node.get("memory_lane").textValue()).isEqualTo("private");
  }

  @Test
  void nothingFoundIsStillAnAnswerThatModelsCanTake() {
    assertThat(mcp.text("memory_recall_text", arguments("'query_text':'x'"))).isNotBlank();
  }

  @Test
  void perdurasOwnToolsDoWhatTheirRoutesDo() {
    Mcp all = mcp.at("tools=all&scope=" + scope);
    JsonNode event =
        Jsons.stored(
            all.text(
                "perdura_log_event",
                "{'session_id':'s/1 %','text':'Tests were red.','metadata':{'n':1}}"));
    JsonNode events =
        Jsons.stored(all.text("perdura_session_events", "{'session_id':'s/1 %','limit':5}"));
    assertThat(events.at("/events/0/event_id")).isEqualTo(event.get("event_id"));
    String id = event.get("event_node_id").textValue();
    JsonNode found =
        Jsons.stored(all.text("perdura_find", "{'type':'event','include_slots':true}"));
    assertThat(found.at("/nodes/0/id").textValue()).isEqualTo(id);
    JsonNode feedback =
        Jsons.stored(
            all.text(
                "perdura_memory_feedback",
                "{'node_ids':['" + id + "'],'outcome':'positive','text':'it helped'}"));
    assertThat(feedback.at("/activated/updated_nodes").intValue()).isEqualTo(1);
    JsonNode selection =
        Jsons.stored(
            all.text("perdura_select_tool", "{'candidates':['grep','curl'],'run_id':'r1'}"));
    assertThat(selection.at("/selection/selected").isTextual()).isTrue();
    JsonNode counted =
        Jsons.stored(
            all.text(
                "perdura_tool_feedback",
                "{'candidates':['grep','curl'],'selected_tool':'"
                    + selection.at("/selection/selected").textValue()
                    + "','outcome':'positive','text':'worked','run_id':'r1'}"));
    assertThat(counted.get("ok").booleanValue()).isTrue();
    JsonNode plan =
        Jsons.stored(
            all.at("tools=all&max_text_chars=1000000&scope=" + scope)
                .text("perdura_plan", "{'query_text':'red tests','tool_candidates':['grep']}"));
    assertThat(plan.at("/tools/selection/selected").textValue()).isEqualTo("grep");
  }

  @Test
  void anIdempotencyKeyMakesACallHappenOnce() {
    Mcp keyed = mcp.with("idempotency-key", UUID.randomUUID().toString());
    String arguments = arguments("'text':'once','memory_lane':'shared'");
    assertThat(keyed.text("memory_remember", arguments))
        .isEqualTo(keyed.text("memory_remember", arguments));
    assertThat(nodes()).isEqualTo(1);
    assertThat(keyed.failure("memory_remember", arguments("'text':'other'")))
        .contains("idempotency_key_reused");
  }

  @Test
  void whatTheApiRefusesIsAResult() {
    String edges = mcp.failure("memory_recall_text", arguments("'query_text':'x','max_edges':0"));
    assertThat(edges).startsWith("aionis_http_error: 400\n{\"error\":\"invalid_request\"");
    assertThat(mcp.failure("memory_remember", "{'text':'x','scope':'tenant:x'}"))
        .startsWith("aionis_http_error: 400\n{\"error\":\"invalid_scope\"");
    assertThat(mcp.failure("memory_remember", "{}")).isEqualTo("invalid_args: text is required");
    assertThat(mcp.failure("memory_forget", "{}")).isEqualTo("unknown_tool: memory_forget");
  }

  @Test
  void anArrayIsAnsweredAsOneWhereTheRevisionHasArrays() {
    String two =
        "[{'jsonrpc':'2.0','id':1,'method':'ping'},{'jsonrpc':'2.0','method':'notifications/initialized'},"
            + "{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'memory_remember','arguments':{'text':'a',"
            + "'memory_lane':'shared','scope':'"
            + scope
            + "'}}},5,{'jsonrpc':'2.0','id':4,'method':'initialize'}]";
    JsonNode answers = mcp.post(two).ok();
    assertThat(answers).hasSize(4);
    assertThat(answers.get(0).get("id").intValue()).isEqualTo(1);
    assertThat(answers.get(1).at("/result/content/0/text").textValue()).startsWith("Remembered");
    assertThat(answers.get(2).at("/error/code").intValue()).isEqualTo(-32600);
    assertThat(answers.get(3).at("/error/code").intValue()).isEqualTo(-32600);
    assertThat(nodes()).isEqualTo(1);
    assertThat(mcp.with("mcp-protocol-version", "2025-03-26").post(two).status()).isEqualTo(200);
    assertThat(mcp.with("mcp-protocol-version", "2025-06-18").post(two).status()).isEqualTo(400);
    assertThat(mcp.post("[{'jsonrpc':'2.0','method':'x'}]").status()).isEqualTo(202);
    assertThat(mcp.post("[]").status()).isEqualTo(400);
    assertThat(mcp.post("[" + "1,".repeat(50) + "1]").status()).isEqualTo(400);
  }

  @Test
  void theRevisionWithoutHandshakeWorks() {
    Mcp modern = mcp.with("mcp-protocol-version", "2026-07-28").with("mcp-method", "tools/call");
    String body =
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'memory_recall_text','arguments':{'query_text':'x'},"
            + "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}}}}";
    JsonNode result = modern.with("mcp-name", "memory_recall_text").post(body).ok().get("result");
    assertThat(result.get("resultType").textValue()).isEqualTo("complete");
    Api.Answer mismatch = modern.with("mcp-name", "memory_remember").post(body);
    assertThat(mismatch.status()).isEqualTo(400);
    assertThat(mismatch.json().at("/error/code").intValue()).isEqualTo(-32020);
    Api.Answer unknown = modern.with("mcp-method", "ping").post(body.replace("tools/call", "ping"));
    assertThat(unknown.status()).isEqualTo(404);
  }

  private int nodes() {
    return api.post("/v1/memory/find", "{\"scope\":\"" + scope + "\"}").ok().get("nodes").size();
  }

  private String arguments(String inside) {
    return "{'scope':'" + scope + "'," + inside + "}";
  }
}
