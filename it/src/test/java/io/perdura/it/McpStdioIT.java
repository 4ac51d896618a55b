package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code perdura mcp} before a real server, which is killed and started again. */
class McpStdioIT {
  private static final String INITIALIZE =
      "{'jsonrpc':'2.0','id':1,'method':'initialize','params':{'protocolVersion':'2025-06-18','capabilities':{},"
          + "'clientInfo':{'name':'it','version':'1'}}}";

  private static TestDatabase database;
  private static LibertyServer server;

  private final String scope = "stdio-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    database = TestDatabase.fresh();
    server =
        new LibertyServer("stdio", database.jdbcUrl(), database.user(), database.password())
            .start();
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  @Test
  void theContractsSmokeSequencePasses() {
    try (RelayProcess relay = relay()) {
      relay
          .send(INITIALIZE)
          .send("{'jsonrpc':'2.0','method':'notifications/initialized'}")
          .send("{'jsonrpc':'2.0','id':2,'method':'tools/list'}")
          .send(remember(3, "Grüße aus München \uD83D\uDE00"))
          .send("{'jsonrpc':'2.0','id':4,'method':'shutdown'}")
          .send("{'jsonrpc':'2.0','method':'exit'}");
      Map<Integer, JsonNode> answers =
          relay.drain().stream()
              .collect(Collectors.toMap(line -> line.get("id").intValue(), line -> line));
      assertThat(relay.exitCode()).isZero();
      assertThat(answers).containsOnlyKeys(1, 2, 3, 4);
      assertThat(answers.get(1).at("/result/serverInfo/name").textValue())
          .isEqualTo("aionis-memory-graph");
      assertThat(answers.get(2).at("/result/tools")).hasSize(2);
      assertThat(answers.get(3).at("/result/content").isArray()).isTrue();
      assertThat(answers.get(3).at("/result").has("isError")).isFalse();
      assertThat(answers.get(4).get("result").isNull()).isTrue();
    }
    JsonNode node =
        server
            .api()
            .post(
                "/v1/memory/find",
                "{\"scope\":\"" + scope + "\",\"type\":\"event\",\"consumer_agent_id\":\"ada\"}")
            .ok()
            .at("/nodes/0");
    assertThat(node.get("text_summary").textValue()).isEqualTo("Grüße aus München \uD83D\uDE00");
  }

  @Test
  void linesThatAreNoneAreDroppedAndArraysComeApart() {
    try (RelayProcess relay = relay()) {
      relay
          .send("no json at all")
          .send("")
          .send("{'jsonrpc':'2.0','method':'no/such'}")
          .send("{'method':'ping'}")
          .send(
              "[{'jsonrpc':'2.0','id':1,'method':'ping'},{'jsonrpc':'2.0','id':2,'method':'no/such'}]")
          .send("{'jsonrpc':'1.0','id':3,'method':'ping'}");
      Map<Integer, JsonNode> answers =
          relay.end().stream()
              .collect(Collectors.toMap(line -> line.get("id").intValue(), line -> line));
      assertThat(answers).containsOnlyKeys(1, 2, 3);
      assertThat(answers.get(1).get("result")).isEmpty();
      assertThat(answers.get(2).at("/error/code").intValue()).isEqualTo(-32601);
      assertThat(answers.get(2).at("/error/data/method").textValue()).isEqualTo("no/such");
      assertThat(answers.get(3).at("/error/code").intValue()).isEqualTo(-32600);
      assertThat(relay.errors()).contains("no JSON");
    }
  }

  @Test
  void itOutlivesTheServer() {
    try (RelayProcess relay = relay()) {
      assertThat(relay.ask(INITIALIZE).at("/result/protocolVersion").textValue())
          .isEqualTo("2025-06-18");
      assertThat(text(relay.ask(remember(2, "before")))).startsWith("Remembered");

      server.kill();
      JsonNode list = relay.ask("{'jsonrpc':'2.0','id':3,'method':'tools/list'}");
      assertThat(list.at("/error/code").intValue()).isEqualTo(-32000);
      assertThat(list.at("/error/message").textValue())
          .startsWith("aionis_error: the server at http://127.0.0.1:")
          .contains("cannot be reached");
      JsonNode call = relay.ask(remember(4, "meanwhile"));
      assertThat(call.at("/result/isError").booleanValue()).isTrue();
      assertThat(text(call)).startsWith("aionis_error: ").contains("cannot be reached");

      // An agent that starts now waits for the server, which comes up meanwhile.
      server.launch();
      try (RelayProcess early =
          new RelayProcess(
              Map.of("AIONIS_TIMEOUT_MS", "240000"),
              List.of("--url", server.api().toString(), "--scope", scope))) {
        assertThat(early.ask(INITIALIZE).at("/result/serverInfo/name").textValue())
            .isEqualTo("aionis-memory-graph");
      }
      server.awaitReady(java.time.Duration.ofMinutes(4));
      assertThat(text(relay.ask(remember(5, "after")))).startsWith("Remembered");
      assertThat(relay.end()).isEmpty();
      assertThat(relay.exitCode()).isZero();
    }
    JsonNode nodes =
        server
            .api()
            .post(
                "/v1/memory/find",
                "{\"scope\":\"" + scope + "\",\"type\":\"event\",\"consumer_agent_id\":\"ada\"}")
            .ok()
            .get("nodes");
    assertThat(nodes.findValuesAsText("text_summary")).containsExactlyInAnyOrder("before", "after");
  }

  @Test
  void theEnvironmentOfTheContractIsHonoured() {
    Map<String, String> environment =
        Map.of(
            "AIONIS_BASE_URL",
            server.api().toString() + "/",
            "AIONIS_SCOPE",
            scope,
            "AIONIS_MAX_TOOL_TEXT_CHARS",
            "12",
            "AIONIS_TIMEOUT_MS",
            "20000");
    try (RelayProcess relay = new RelayProcess(environment, List.of())) {
      JsonNode tools = relay.ask("{'jsonrpc':'2.0','id':1,'method':'tools/list'}");
      assertThat(tools.at("/result/tools/0/inputSchema/properties/scope/default").textValue())
          .isEqualTo(scope);
      assertThat(text(relay.ask(remember(2, "x")))).matches("Remembered t\n\\[\\d+ more .*]");
    }
    assertThat(
            server
                .api()
                .post(
                    "/v1/memory/find",
                    "{\"scope\":\""
                        + scope
                        + "\",\"type\":\"event\",\"consumer_agent_id\":\"mcp\"}")
                .ok()
                .get("nodes"))
        .hasSize(1);
  }

  @Test
  void wrongUsageSaysSoAndNothingElse() {
    try (RelayProcess relay = new RelayProcess(Map.of(), List.of("--url", "localhost:3001"))) {
      assertThat(relay.drain()).isEmpty();
      assertThat(relay.exitCode()).isEqualTo(1);
      assertThat(relay.errors()).contains("The server's address must be like");
    }
  }

  private RelayProcess relay() {
    return new RelayProcess(
        Map.of(), List.of("--url", server.api().toString(), "--scope", scope, "--agent", "ada"));
  }

  private static String remember(int id, String text) {
    return "{'jsonrpc':'2.0','id':"
        + id
        + ",'method':'tools/call','params':{'name':'memory_remember','arguments':{'text':'"
        + text
        + "'}}}";
  }

  private static String text(JsonNode answer) {
    return answer.at("/result/content/0/text").textValue();
  }
}
