package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How messages of MCP travel over HTTP, and what comes back for what is none. */
class McpTransportIT {
  private static final String PING = "{'jsonrpc':'2.0','id':1,'method':'ping'}";
  private static final String PONG = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";

  private final Api api = SharedServer.get().api();
  private final Mcp mcp = Mcp.of(api);

  @Test
  void thereAreNoSessionsAndNoStreamsOfTheServersOwn() {
    for (String method : List.of("GET", "DELETE", "PUT", "PATCH")) {
      Api.Answer answer =
          api.send(method, "/mcp", null, null, Map.of("accept", "text/event-stream"));
      assertThat(answer.status()).as(method).isEqualTo(405);
      assertThat(answer.header("allow")).isEqualTo("POST, OPTIONS");
      Wire.assertBody(answer.json(), "{'error':'method_not_allowed','message':'<text>'}");
    }
    assertThat(api.send("POST", "/mcp/", "application/json", new byte[0], Map.of()).status())
        .isEqualTo(404);
    Api.Answer stale = mcp.with("mcp-session-id", "of-another-server").post(PING);
    assertThat(stale.text()).isEqualTo(PONG);
    assertThat(stale.header("mcp-session-id")).isNull();
  }

  @Test
  void theAnswerComesInTheFormThatIsAccepted() {
    assertThat(mcp.with("accept", "application/json, text/event-stream").post(PING).text())
        .isEqualTo(PONG);
    Api.Answer events = mcp.with("accept", "text/event-stream").post(PING);
    assertThat(events.status()).isEqualTo(200);
    assertThat(events.header("content-type")).startsWith("text/event-stream");
    assertThat(events.text()).isEqualTo("event: message\ndata: " + PONG + "\n\n");
    Api.Answer two = mcp.with("accept", "text/event-stream").post("[" + PING + "," + PING + "]");
    assertThat(two.text()).isEqualTo(("event: message\ndata: " + PONG + "\n\n").repeat(2));
    Api.Answer neither = mcp.with("accept", "text/html").post(PING);
    assertThat(neither.status()).isEqualTo(406);
    Wire.assertBody(neither.json(), "{'error':'not_acceptable','message':'<text>'}");
    for (String odd :
        List.of("json", "a/b/c;;", "application/json;q=x", "*", "text/event-stream;q=2;q=")) {
      assertThat(mcp.with("accept", odd).post(PING).status()).as(odd).isBetween(200, 499);
    }
  }

  @Test
  void whatNeedsNoAnswerIsAccepted() {
    for (String message :
        List.of(
            "{'jsonrpc':'2.0','method':'notifications/initialized'}",
            "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1}}",
            "{'jsonrpc':'2.0','id':9,'result':{}}")) {
      Api.Answer answer = mcp.post(message);
      assertThat(answer.status()).isEqualTo(202);
      assertThat(answer.text()).isEmpty();
    }
  }

  @Test
  void aRevisionThatIsNotSpokenIsRefused() {
    for (String revision : List.of("1999-01-01", "2025-06-19", "x", " ")) {
      Api.Answer answer = mcp.with("mcp-protocol-version", revision).post(PING);
      assertThat(answer.status()).as(revision).isEqualTo(400);
      assertThat(answer.json().at("/error/code").intValue()).isEqualTo(-32022);
      assertThat(answer.json().at("/error/data/supported")).hasSize(5);
    }
    for (String revision : List.of("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")) {
      assertThat(mcp.with("mcp-protocol-version", revision).post(PING).text()).isEqualTo(PONG);
    }
  }

  @Test
  void aPageOfAnotherSiteIsRefused() {
    Api.Answer answer = mcp.with("origin", "http://rebound.example.com:3001").post(PING);
    assertThat(answer.status()).isEqualTo(403);
    Wire.assertBody(answer.json(), "{'error':'origin_not_allowed','message':'<text>'}");
    assertThat(mcp.with("origin", "null").post(PING).status()).isEqualTo(403);
    assertThat(mcp.with("origin", "http://localhost:6274").post(PING).text()).isEqualTo(PONG);
    Api.Answer preflight =
        api.send("OPTIONS", "/mcp", null, null, Map.of("origin", "http://localhost:6274"));
    assertThat(preflight.status()).isEqualTo(204);
    assertThat(preflight.header("access-control-allow-headers"))
        .contains("mcp-protocol-version", "x-api-key");
  }

  @Test
  void whatIsNoJsonIsAParseError() {
    for (String body : List.of("{", "", "nonsense", "{'a':1}}", "[1,", "{'__proto__':{}}")) {
      Api.Answer answer = mcp.post(body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      Wire.assertBody(
          answer.json(), "{'jsonrpc':'2.0','id':null,'error':{'code':-32700,'message':'<text>'}}");
    }
    byte[] deep = ("[".repeat(5_000) + "]".repeat(5_000)).getBytes(StandardCharsets.UTF_8);
    assertThat(mcp.raw(deep, "application/json").status()).isEqualTo(400);
  }

  @Test
  void whatIsNoMessageIsAnInvalidRequest() {
    for (String body : List.of("5", "'x'", "null", "{}", "{'jsonrpc':'2.0','id':3}")) {
      Api.Answer answer = mcp.post(body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.json().at("/error/code").intValue()).isEqualTo(-32600);
    }
    assertThat(mcp.raw(PING.getBytes(StandardCharsets.UTF_8), "text/plain").status())
        .isEqualTo(400);
    Api.Answer form = mcp.raw(PING.getBytes(StandardCharsets.UTF_8), "application/xml");
    assertThat(form.status()).isEqualTo(415);
    assertThat(form.json().get("error").textValue()).isEqualTo("unsupported_media_type");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    Api.Answer answer =
        mcp.post("{'jsonrpc':'2.0','id':1,'method':'" + "x".repeat(5 * 1024 * 1024) + "'}");
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().get("error").textValue()).isEqualTo("request_too_large");
  }

  @Test
  void nothingThatIsSentIsAFaultOfTheServer() {
    Random random = new Random(20250618);
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String body = McpGarbage.message(random);
      Api.Answer answer =
          (i % 2 == 0 ? mcp : mcp.at("tools=all"))
              .raw(body.getBytes(StandardCharsets.UTF_8), "application/json");
      String wrong = wrong(answer);
      if (wrong != null) {
        faults.add(body + " -> " + wrong);
      }
    }
    assertThat(faults).isEmpty();
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertThat(mcp.raw(noise, "application/json").status()).isEqualTo(400);
    }
  }

  /** Every answer is one of JSON-RPC; a fault of the server may hide in a tool's result as well. */
  private static String wrong(Api.Answer answer) {
    if (answer.status() == 202) {
      return answer.text().isEmpty() ? null : answer.text();
    }
    if (answer.status() != 200 && answer.status() != 400) {
      return answer.status() + " " + answer.text();
    }
    JsonNode body = answer.json();
    for (JsonNode one : body.isArray() ? body : Jsons.array().add(body)) {
      boolean sound =
          one.path("jsonrpc").asText().equals("2.0") && one.has("result") != one.has("error");
      if (!sound || one.toString().contains("aionis_http_error: 5")) {
        return one.toString();
      }
    }
    return null;
  }
}
