package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The protocol without HTTP and without a database. */
class McpServerTest {
  private static final McpHeaders NO_HEADERS = new McpHeaders(null, null, null);

  private final List<ObjectNode> bodies = new ArrayList<>();
  private ToolPort.Answer next = new ToolPort.Answer(200, Jsons.object());
  private McpOptions options = McpOptions.NONE;
  private boolean anonymous = true;
  private final McpServer server =
      new McpServer(
          (tool, body, call) -> {
            bodies.add(body);
            return next;
          },
          Settings.of(Map.of()));

  @Test
  void theHandshakeTakesTheRevisionOfTheClientWhenItIsKnown() {
    assertThat(negotiated("'params':{'protocolVersion':'2025-06-18'},")).isEqualTo("2025-06-18");
    assertThat(negotiated("'params':{'protocolVersion':'2024-11-05'},")).isEqualTo("2024-11-05");
    assertThat(negotiated("'params':{'protocolVersion':'1999-01-01'},")).isEqualTo("2025-11-25");
    assertThat(negotiated("'params':{'protocolVersion':7},")).isEqualTo("2024-11-05");
    assertThat(negotiated("'params':[],")).isEqualTo("2024-11-05");
    assertThat(negotiated("")).isEqualTo("2024-11-05");
  }

  @Test
  void whatIsNoRequestIsRefusedWithTheIdThatItHas() {
    for (String message :
        List.of(
            "{'id':7,'method':'ping'}",
            "{'jsonrpc':'1.0','id':7,'method':'ping'}",
            "{'jsonrpc':2.0,'id':7,'method':'ping'}",
            "{'jsonrpc':'2.0','id':7}",
            "{'jsonrpc':'2.0','id':7,'method':5}",
            "{'jsonrpc':'2.0','id':7,'method':''}")) {
      McpServer.Answer answer = answer(message);
      assertThat(answer.status()).as(message).isEqualTo(400);
      assertThat(answer.body().at("/error/code").intValue()).as(message).isEqualTo(-32600);
      assertThat(answer.body().get("id").intValue()).as(message).isEqualTo(7);
    }
  }

  @Test
  void anIdIsATextOrANumber() {
    for (String id : List.of("null", "true", "{}", "[1]")) {
      McpServer.Answer answer = answer("{'jsonrpc':'2.0','id':" + id + ",'method':'ping'}");
      assertThat(answer.status()).as(id).isEqualTo(400);
      assertThat(answer.body().get("id").isNull()).as(id).isTrue();
    }
    assertThat(answer("{'jsonrpc':'2.0','id':'a','method':'ping'}").body().toString())
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}");
    assertThat(answer("{'jsonrpc':'2.0','id':0.5,'method':'ping'}").status()).isEqualTo(200);
  }

  @Test
  void notificationsAndResponsesAreTakenAndNotAnswered() {
    for (String message :
        List.of(
            "{'jsonrpc':'2.0','method':'notifications/initialized'}",
            "{'jsonrpc':'2.0','method':'no/such'}",
            "{'jsonrpc':'2.0','method':'tools/call','params':{'name':'memory_remember','arguments':{'text':'x'}}}",
            "{'jsonrpc':'2.0','id':1,'result':{}}",
            "{'jsonrpc':'2.0','id':1,'error':{'code':-1,'message':'x'}}")) {
      assertThat(answer(message)).as(message).isEqualTo(McpServer.Answer.ACCEPTED);
    }
    assertThat(bodies).isEmpty();
  }

  @Test
  void anUnknownMethodIsNamed() {
    for (String method : List.of("resources/list", "server/discover", "tools/Call")) {
      McpServer.Answer answer = answer("{'jsonrpc':'2.0','id':1,'method':'" + method + "'}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().at("/error/code").intValue()).isEqualTo(-32601);
      assertThat(answer.body().at("/error/data/method").textValue()).isEqualTo(method);
    }
  }

  @Test
  void whatIsWrongWithAToolCallIsAResult() {
    assertThat(failure("5")).startsWith("invalid_params: ");
    assertThat(failure("[]")).startsWith("invalid_params: ");
    assertThat(failure("{}")).startsWith("invalid_params: ");
    assertThat(failure("{'name':7}")).startsWith("invalid_params: ");
    assertThat(failure("{'name':'memory_forget'}")).isEqualTo("unknown_tool: memory_forget");
    assertThat(failure("{'name':'perdura_find'}")).isEqualTo("unknown_tool: perdura_find");
    assertThat(failure("{'name':'memory_remember'}")).isEqualTo("invalid_args: text is required");
    assertThat(failure("{'name':'memory_remember','arguments':{'text':null,'slots':1}}"))
        .contains("text is required", "slots must be an object");
    assertThat(bodies).isEmpty();
  }

  @Test
  void aRefusalOfTheApiIsAResultWithStatusAndBody() {
    next = new ToolPort.Answer(429, Jsons.object().put("error", "rate_limited_write"));
    assertThat(failure("{'name':'memory_remember','arguments':{'text':'x'}}"))
        .isEqualTo("aionis_http_error: 429\n{\"error\":\"rate_limited_write\"}");
  }

  @Test
  void rememberingWritesOneNode() {
    next =
        new ToolPort.Answer(
            200, json("{'commit_id':'c','commit_hash':'h','nodes':[{'id':'n'}],'edges':[]}"));
    String text =
        text(
            "{'name':'memory_remember','arguments':{'text':'x','type':'entity','memory_lane':'shared',"
                + "'client_id':'k','owner_agent_id':'a','unknown':1}}");
    assertThat(text).isEqualTo("Remembered this entity.\nnode_id: n\ncommit_id: c\ncommit_hash: h");
    assertThat(bodies.getFirst())
        .isEqualTo(
            json(
                "{'input_text':'x','auto_embed':true,'force_reembed':false,'memory_lane':'shared','owner_agent_id':'a',"
                    + "'nodes':[{'type':'entity','text_summary':'x','memory_lane':'shared','slots':{},'client_id':'k',"
                    + "'owner_agent_id':'a'}]}"));
  }

  @Test
  void privateMemoryOfNobodyGetsAnOwnerWhoCanReadIt() {
    assertThat(written("'text':'x'").get("owner_agent_id").textValue()).isEqualTo("mcp");
    assertThat(written("'text':'x','memory_lane':'shared'").has("owner_agent_id")).isFalse();
    assertThat(written("'text':'x','owner_team_id':'t'").has("owner_agent_id")).isFalse();
    assertThat(asked("'query_text':'x'").get("consumer_agent_id").textValue()).isEqualTo("mcp");
    anonymous = false;
    assertThat(written("'text':'x'").has("owner_agent_id")).isFalse();
    assertThat(asked("'query_text':'x'").has("consumer_agent_id")).isFalse();
  }

  @Test
  void theAddressSaysWhoAndWhere() {
    options = McpOptions.of("scope=s%201&agent_id=ada&team_id=ops");
    ObjectNode written = written("'text':'x'");
    assertThat(written.get("scope").textValue()).isEqualTo("s 1");
    assertThat(written.get("owner_agent_id").textValue()).isEqualTo("ada");
    assertThat(written.get("producer_agent_id").textValue()).isEqualTo("ada");
    ObjectNode asked = asked("'query_text':'x','scope':'mine'");
    assertThat(asked)
        .isEqualTo(
            json(
                "{'query_text':'x','scope':'mine','consumer_agent_id':'ada','consumer_team_id':'ops'}"));
  }

  @Test
  void aLongTextIsCutAndSaysSo() {
    options = McpOptions.of("max_text_chars=3");
    next = new ToolPort.Answer(200, json("{'context':{'text':'ab\uD83D\uDE00cd'}}"));
    assertThat(text("{'name':'memory_recall_text','arguments':{'query_text':'x'}}"))
        .isEqualTo("ab\n[4 more characters left out]");
  }

  @Test
  void arraysAreForTheRevisionsThatHaveThem() {
    JsonNode two = json("[{},{}]");
    assertThat(McpServer.refuseBatch(two, "2024-11-05", 2)).isNull();
    assertThat(McpServer.refuseBatch(two, "2025-03-26", 2)).isNull();
    assertThat(McpServer.refuseBatch(two, "2025-06-18", 2).status()).isEqualTo(400);
    assertThat(McpServer.refuseBatch(two, "2025-03-26", 1).status()).isEqualTo(400);
    assertThat(McpServer.refuseBatch(Jsons.array(), "2025-03-26", 2).status()).isEqualTo(400);
  }

  private ObjectNode written(String arguments) {
    text("{'name':'memory_remember','arguments':{" + arguments + "}}");
    return bodies.getLast();
  }

  private ObjectNode asked(String arguments) {
    text("{'name':'memory_recall_text','arguments':{" + arguments + "}}");
    return bodies.getLast();
  }

  private String negotiated(String params) {
    return answer("{'jsonrpc':'2.0','id':1," + params + "'method':'initialize'}")
        .body()
        .at("/result/protocolVersion")
        .textValue();
  }

  private String failure(String params) {
    JsonNode result = call(params);
    assertThat(result.get("isError").booleanValue()).as(params).isTrue();
    return result.at("/content/0/text").textValue();
  }

  private String text(String params) {
    JsonNode result = call(params);
    assertThat(result.has("isError")).as(params).isFalse();
    return result.at("/content/0/text").textValue();
  }

  private JsonNode call(String params) {
    McpServer.Answer answer =
        answer("{'jsonrpc':'2.0','id':1,'method':'tools/call','params':" + params + "}");
    assertThat(answer.status()).isEqualTo(200);
    return answer.body().get("result");
  }

  private McpServer.Answer answer(String message) {
    return server.answer(json(message), NO_HEADERS, new McpCall(null, options, anonymous, 0));
  }

  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }
}
