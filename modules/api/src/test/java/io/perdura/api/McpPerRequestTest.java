package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The revision without handshake: each request says what it speaks, in its body and in headers. */
class McpPerRequestTest {
  private static final String VERSION = "2026-07-28";
  private static final String META =
      "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}}";

  private final McpServer server =
      new McpServer(
          (tool, body, call) ->
              new ToolPort.Answer(200, Jsons.object().put("route", tool.route().path())),
          Settings.of(Map.of()));

  @Test
  void theServerTellsWhatItSpeaks() {
    JsonNode result =
        answer("server/discover", META, headers("server/discover", null)).body().get("result");
    assertThat(result.get("supportedVersions").toString())
        .isEqualTo("[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\"]");
    assertThat(result.get("resultType").textValue()).isEqualTo("complete");
    assertThat(result.get("ttlMs").isInt()).isTrue();
    assertThat(result.get("cacheScope").textValue()).isEqualTo("private");
    assertThat(result.at("/_meta/io.modelcontextprotocol~1serverInfo/name").textValue())
        .isEqualTo("aionis-memory-graph");
  }

  @Test
  void toolsAreListedAndCalled() {
    JsonNode list = answer("tools/list", META, headers("tools/list", null)).body().get("result");
    assertThat(list.get("tools")).hasSize(2);
    assertThat(list.has("ttlMs")).isTrue();
    String params = "'name':'memory_recall_text','arguments':{'query_text':'x'}," + META;
    JsonNode result =
        answer("tools/call", params, headers("tools/call", "memory_recall_text"))
            .body()
            .get("result");
    assertThat(result.at("/content/0/text").textValue())
        .isEqualTo("{\"route\":\"/v1/memory/recall_text\"}");
    assertThat(result.get("resultType").textValue()).isEqualTo("complete");
  }

  @Test
  void headersSayWhatTheBodySays() {
    String call = "'name':'memory_recall_text','arguments':{}," + META;
    refuses(-32020, "tools/list", META, new McpHeaders(null, "tools/list", null));
    refuses(-32020, "tools/list", META, new McpHeaders("2025-06-18", "tools/list", null));
    refuses(-32020, "tools/list", META, headers("tools/call", null));
    refuses(-32020, "tools/list", META, headers(null, null));
    refuses(-32020, "tools/call", call, headers("tools/call", null));
    refuses(-32020, "tools/call", call, headers("tools/call", "memory_remember"));
    refuses(-32020, "tools/call", call, headers("tools/call", "=?base64?%%?="));
    refuses(-32020, "tools/call", call, headers("tools/call", "=?base64?="));
    assertThat(
            answer("tools/call", call, headers("tools/call", "=?base64?bWVtb3J5X3JlY2FsbF90ZXh0?="))
                .status())
        .isEqualTo(200);
  }

  @Test
  void whatIsMissingInTheBodyIsNamed() {
    refuses(-32602, "tools/list", "'x':1", headers("tools/list", null));
    refuses(
        -32602,
        "tools/list",
        "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28'}",
        headers("tools/list", null));
  }

  @Test
  void anotherRevisionIsRefusedWithThoseThatAreSpoken() {
    McpHeaders later = new McpHeaders("2099-01-01", "tools/list", null);
    McpServer.Answer refused = later.refuseVersion(json("{'id':4}"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().at("/error/code").intValue()).isEqualTo(-32022);
    assertThat(refused.body().at("/error/data/requested").textValue()).isEqualTo("2099-01-01");
    assertThat(refused.body().at("/error/data/supported/0").textValue()).isEqualTo(VERSION);
    assertThat(refused.body().get("id").intValue()).isEqualTo(4);
    refuses(-32022, "tools/list", META.replace(VERSION, "2099-01-01"), later);
    refuses(
        -32022,
        "tools/list",
        META.replace(VERSION, "2025-06-18"),
        new McpHeaders("2025-06-18", "tools/list", null));
  }

  @Test
  void anUnknownMethodIsNotFound() {
    McpServer.Answer answer = answer("ping", META, headers("ping", null));
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body().at("/error/code").intValue()).isEqualTo(-32601);
  }

  private void refuses(int code, String method, String params, McpHeaders headers) {
    McpServer.Answer answer = answer(method, params, headers);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/error/code").intValue()).isEqualTo(code);
    assertThat(answer.body().get("id").intValue()).isEqualTo(1);
  }

  private static McpHeaders headers(String method, String name) {
    return new McpHeaders(VERSION, method, name);
  }

  private McpServer.Answer answer(String method, String params, McpHeaders headers) {
    JsonNode message =
        json("{'jsonrpc':'2.0','id':1,'method':'" + method + "','params':{" + params + "}}");
    return server.answer(message, headers, new McpCall(null, McpOptions.NONE, true, 0));
  }

  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }
}
