package io.perdura.cli.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as each test says; null breaks the connection. */
class McpClientTest {
  private record Answer(int status, String body) {}

  private static final String CALL =
      "{'jsonrpc':'2.0','id':5,'method':'tools/call','params':{'name':'n'}}";

  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<Headers> headers = new ArrayList<>();
  private HttpServer server;
  private McpClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp?scope=s");
    client = new McpClient(new McpEndpoint(uri, Map.of("x-api-key", "k"), Duration.ofSeconds(5)));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void theRevisionThatWasNegotiatedIsSaidFromThenOn() {
    answers.add(rpc("{'jsonrpc':'2.0','id':1,'result':{'protocolVersion':'2025-06-18'}}"));
    answers.add(rpc("{'jsonrpc':'2.0','id':2,'result':{}}"));
    send("{'jsonrpc':'2.0','id':1,'method':'initialize'}");
    send("{'jsonrpc':'2.0','id':2,'method':'ping'}");
    assertThat(headers.get(0).getFirst("mcp-protocol-version")).isNull();
    assertThat(headers.get(1).getFirst("mcp-protocol-version")).isEqualTo("2025-06-18");
    assertThat(headers.get(1).getFirst("x-api-key")).isEqualTo("k");
    assertThat(headers.get(1).getFirst("idempotency-key")).isNull();
  }

  @Test
  void aRequestThatSaysItsRevisionItselfIsRepeatedInHeaders() {
    answers.add(rpc("{'jsonrpc':'2.0','id':1,'result':{}}"));
    send(
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'gr\u00fcn',"
            + "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28'}}}");
    assertThat(headers.getFirst().getFirst("mcp-protocol-version")).isEqualTo("2026-07-28");
    assertThat(headers.getFirst().getFirst("mcp-method")).isEqualTo("tools/call");
    assertThat(headers.getFirst().getFirst("mcp-name")).isEqualTo("=?base64?Z3LDvG4=?=");
  }

  @Test
  void aCallWhoseConnectionBrokeIsSentOnceMoreUnderTheSameKey() {
    answers.add(new Answer(0, null));
    answers.add(rpc("{'jsonrpc':'2.0','id':5,'result':{'content':[]}}"));
    assertThat(send(CALL).at("/result/content").isArray()).isTrue();
    assertThat(headers).hasSize(2);
    String key = headers.get(0).getFirst("idempotency-key");
    assertThat(key).isNotBlank().isEqualTo(headers.get(1).getFirst("idempotency-key"));
  }

  @Test
  void theHandshakeWaitsForAServerThatIsStarting() {
    answers.add(new Answer(404, "<html>no application yet</html>"));
    answers.add(new Answer(0, null));
    answers.add(new Answer(503, ""));
    answers.add(rpc("{'jsonrpc':'2.0','id':1,'result':{}}"));
    assertThat(send("{'jsonrpc':'2.0','id':1,'method':'initialize'}").has("result")).isTrue();
  }

  @Test
  void errorsOfTheProtocolAreHandedOn() {
    answers.add(new Answer(400, "{'jsonrpc':'2.0','id':5,'error':{'code':-32602,'message':'x'}}"));
    assertThat(send(CALL).at("/error/code").intValue()).isEqualTo(-32602);
  }

  @Test
  void refusalsOfTheServerBecomeResultsOfCallsAndErrorsOfTheRest() {
    answers.add(new Answer(401, "{'error':'unauthorized'}"));
    answers.add(new Answer(401, "{'error':'unauthorized'}"));
    answers.add(new Answer(502, "bad gateway"));
    assertThat(text(send(CALL))).isEqualTo("aionis_http_error: 401\n{\"error\":\"unauthorized\"}");
    JsonNode list = send("{'jsonrpc':'2.0','id':'a','method':'tools/list'}");
    assertThat(list.get("id").textValue()).isEqualTo("a");
    assertThat(list.at("/error/code").intValue()).isEqualTo(McpClient.UNREACHABLE);
    assertThat(list.at("/error/data/body/error").textValue()).isEqualTo("unauthorized");
    assertThat(text(send(CALL))).contains("answered 502").doesNotContain("gateway");
  }

  @Test
  void aServerThatIsAwayIsToldWithoutWhatTheAddressSays() {
    server.stop(0);
    JsonNode list = send("{'jsonrpc':'2.0','id':1,'method':'tools/list'}");
    assertThat(list.at("/error/message").textValue())
        .contains("/mcp cannot be reached")
        .doesNotContain("scope");
    assertThat(text(send(CALL))).startsWith("aionis_error: ");
  }

  @Test
  void aNotificationIsNeverAnswered() {
    answers.add(new Answer(500, "x"));
    answers.add(new Answer(202, ""));
    String notification = "{'jsonrpc':'2.0','method':'notifications/initialized'}";
    assertThat(client.send(json(notification))).isEmpty();
    assertThat(client.send(json(notification))).isEmpty();
    server.stop(0);
    assertThat(client.send(json(notification))).isEmpty();
  }

  private JsonNode send(String message) {
    return client.send(json(message)).orElseThrow();
  }

  private static String text(JsonNode answer) {
    assertThat(answer.at("/result/isError").booleanValue()).isTrue();
    return answer.at("/result/content/0/text").textValue();
  }

  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }

  private static Answer rpc(String body) {
    return new Answer(200, body);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    headers.add(exchange.getRequestHeaders());
    exchange.getRequestBody().readAllBytes();
    Answer answer = answers.remove();
    if (answer.body() == null) {
      exchange.close();
      return;
    }
    byte[] body = answer.body().replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
