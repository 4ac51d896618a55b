package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools on a server with API keys and limits: nobody can do more with them than without. */
class McpAccessIT {
  private static final String KEYS =
      "{'planner':{'tenant_id':'acme','agent_id':'planner'},'coder':{'tenant_id':'acme','agent_id':'coder'},"
          + "'wide':{'tenant_id':'acme'},'other':{'tenant_id':'globex','agent_id':'planner'},"
          + "'busy':{'tenant_id':'acme','agent_id':'busy'},'seen':{'tenant_id':'acme','agent_id':'seen'}}";
  private static final String LIST = "{'jsonrpc':'2.0','id':1,'method':'tools/list'}";

  private static TestDatabase database;
  private static LibertyServer server;
  private static Api api;

  private final String scope = "mcp-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    database = TestDatabase.fresh();
    server =
        new LibertyServer("mcpaccess", database.jdbcUrl(), database.user(), database.password())
            .with("MEMORY_AUTH_MODE", "api_key")
            .with("MEMORY_API_KEYS_JSON", KEYS.replace('\'', '"'))
            .with("RATE_LIMIT_ENABLED", "true")
            .with("RATE_LIMIT_BYPASS_LOOPBACK", "false")
            .with("WRITE_RATE_LIMIT_RPS", "0.05")
            .with("WRITE_RATE_LIMIT_BURST", "3")
            .with("WRITE_RATE_LIMIT_MAX_WAIT_MS", "0")
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
    for (Mcp stranger :
        List.of(
            Mcp.of(api),
            Mcp.of(api).with("x-api-key", "nobody"),
            Mcp.of(api).with("authorization", "Bearer x"))) {
      for (String body :
          List.of(LIST, "{", "{'jsonrpc':'2.0','method':'notifications/initialized'}")) {
        Api.Answer answer = stranger.post(body);
        assertThat(answer.status()).isEqualTo(401);
        Wire.assertBody(answer.json(), "{'error':'unauthorized','message':'<text>'}");
        assertThat(answer.header("www-authenticate")).isNull();
      }
    }
    assertThat(as("planner").post(LIST).status()).isEqualTo(200);
  }

  @Test
  void theHeaderNamesNoOtherTenant() {
    Api.Answer answer = as("planner").with("x-tenant-id", "globex").post(LIST);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().get("error").textValue()).isEqualTo("identity_mismatch");
  }

  @Test
  void argumentsNameNobodyElse() {
    for (String claim : List.of("'owner_agent_id':'coder'", "'producer_agent_id':'coder'")) {
      assertThat(as("planner").failure("memory_remember", "{'text':'x'," + claim + "}"))
          .startsWith("aionis_http_error: 403\n{\"error\":\"identity_mismatch\"");
    }
    assertThat(
            as("planner")
                .failure("memory_recall_text", "{'query_text':'x','consumer_agent_id':'coder'}"))
        .startsWith("aionis_http_error: 403\n");
    assertThat(as("planner").at("agent_id=coder").failure("memory_remember", "{'text':'x'}"))
        .startsWith("aionis_http_error: 403\n");
    assertThat(
            as("planner")
                .at("tools=all")
                .failure(
                    "perdura_select_tool", "{'candidates':['a'],'context':{'agent_id':'coder'}}"))
        .startsWith("aionis_http_error: 403\n");
  }

  @Test
  void privateMemoryIsTheCredentialsOwn() {
    as("planner").text("memory_remember", "{'text':'mine','scope':'" + scope + "'}");
    assertThat(found("planner")).isEqualTo(1);
    assertThat(found("coder")).isZero();
    assertThat(found("wide")).isZero();
    assertThat(found("other")).isZero();
    as("wide").text("memory_remember", "{'text':'the tenants','scope':'" + scope + "'}");
    assertThat(found("wide")).isEqualTo(1);
    assertThat(found("planner")).isEqualTo(1);
  }

  @Test
  void toolsAndEndpointsShareTheirLimits() {
    Mcp busy = as("busy");
    for (int i = 0; i < 3; i++) {
      busy.text("memory_remember", "{'text':'x'}");
    }
    String refused = busy.failure("memory_remember", "{'text':'x'}");
    assertThat(refused).startsWith("aionis_http_error: 429\n{\"error\":\"rate_limited_write\"");
    assertThat(refused).contains("retry_after_ms");
    assertThat(api.post("/v1/memory/write", "{}", Map.of("x-api-key", "busy")).status())
        .isEqualTo(429);
    assertThat(busy.post(LIST).status()).isEqualTo(200);
  }

  @Test
  void aToolCallIsSeenLikeACallOfItsEndpoint() {
    String id = UUID.randomUUID().toString();
    Mcp seen = as("seen").with("x-request-id", id);
    seen.text("memory_remember", "{'text':'x','scope':'" + scope + "'}");
    seen.text("memory_recall_text", "{'query_text':'x','scope':'" + scope + "'}");
    seen.failure("memory_recall_text", "{'query_text':'x','max_edges':0,'scope':'" + scope + "'}");
    Poll.until(
        "the rows are there", Duration.ofSeconds(20), () -> telemetry(id).lines().count() == 3);
    assertThat(telemetry(id).lines().toList())
        .containsExactlyInAnyOrder(
            "acme " + scope + " write 200",
            "acme " + scope + " recall_text 200",
            "acme " + scope + " recall_text 400");
  }

  @Test
  void theRelayTakesItsKeyFromAFile(@TempDir Path directory) throws IOException {
    Path key = Files.writeString(directory.resolve("key"), "planner\n");
    List<String> arguments =
        List.of("--url", api.toString(), "--api-key-file", key.toString(), "--all-tools");
    try (RelayProcess relay = new RelayProcess(Map.of("AIONIS_API_KEY", "nobody"), arguments)) {
      assertThat(relay.ask(LIST).at("/result/tools")).hasSize(9);
    }
    try (RelayProcess relay =
        new RelayProcess(
            Map.of("AIONIS_API_KEY", "nobody", "AIONIS_BASE_URL", api.toString()), List.of())) {
      JsonNode refused = relay.ask(LIST);
      assertThat(refused.at("/error/data/status").intValue()).isEqualTo(401);
      assertThat(refused.at("/error/data/body/error").textValue()).isEqualTo("unauthorized");
      JsonNode call =
          relay.ask(
              "{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'memory_remember','arguments':{'text':'x'}}}");
      assertThat(call.at("/result/isError").booleanValue()).isTrue();
      assertThat(call.at("/result/content/0/text").textValue())
          .startsWith("aionis_http_error: 401\n{\"error\":\"unauthorized\"");
      assertThat(relay.errors()).doesNotContain("nobody");
    }
  }

  private static Mcp as(String key) {
    return Mcp.of(api).with("x-api-key", key);
  }

  private int found(String key) {
    String text = as(key).at("tools=all&scope=" + scope).text("perdura_find", "{}");
    return Jsons.stored(text).get("nodes").size();
  }

  private static String telemetry(String requestId) {
    String sql =
        "select coalesce(string_agg(tenant_id || ' ' || scope || ' ' || endpoint || ' ' || status_code, E'\\n'), '')"
            + " from memory_request_telemetry where request_id = ?";
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, requestId);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
