package io.perdura.cli.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes single messages to the server's MCP endpoint and brings their answers back.
 *
 * <p>There is always an answer to a request: while the server is away, one that says so. A tool
 * call carries an Idempotency-Key, so that one whose connection broke can be sent again.
 */
final class McpClient {
  /** JSON-RPC code of an answer that was made here and not by the server. */
  static final int UNREACHABLE = -32000;

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";

  private final HttpClient http;
  private final McpEndpoint endpoint;
  private volatile String negotiated;

  McpClient(McpEndpoint endpoint) {
    this.endpoint = endpoint;
    Duration connect =
        endpoint.timeout().compareTo(LONGEST_CONNECT) < 0 ? endpoint.timeout() : LONGEST_CONNECT;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connect)
            .build();
  }

  /** Returns the answer; empty when the message needs none. */
  Optional<JsonNode> send(JsonNode message) {
    long end = System.nanoTime() + endpoint.timeout().toNanos();
    String method = message.path("method").asText();
    boolean first = method.equals("initialize") || method.equals("server/discover");
    HttpRequest request = request(message);
    for (int attempt = 1; ; attempt++) {
      try {
        HttpResponse<String> response =
            http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        // A server that is starting listens before it knows its application.
        boolean early = response.statusCode() >= 400 && json(response.body()) == null;
        if (!early || !first || System.nanoTime() >= end || !pause()) {
          return answer(message, response);
        }
      } catch (HttpTimeoutException e) {
        return failure(message, "did not answer within " + endpoint.timeout().toMillis() + " ms");
      } catch (IOException e) {
        // An agent that starts together with its server waits for it; a call can be told at once.
        boolean again = first ? System.nanoTime() < end : attempt == 1;
        if (!again || !pause()) {
          return failure(
              message, e instanceof ConnectException ? "cannot be reached" : "broke off");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return failure(message, "was not waited for");
      }
    }
  }

  private HttpRequest request(JsonNode message) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.uri())
            .timeout(endpoint.timeout())
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream;q=0.5")
            .POST(HttpRequest.BodyPublishers.ofString(Jsons.text(message)));
    endpoint.headers().forEach(request::header);
    String own = message.at("/params/_meta/" + META_VERSION.replace("/", "~1")).textValue();
    String version = own == null ? negotiated : own;
    if (version != null) {
      request.header("mcp-protocol-version", encoded(version));
    }
    if (own != null) {
      request.header("mcp-method", encoded(message.path("method").asText()));
      request.header("mcp-name", encoded(message.at("/params/name").asText()));
    }
    if (message.path("method").asText().equals("tools/call")) {
      request.header("idempotency-key", UUID.randomUUID().toString());
    }
    return request.build();
  }

  /** A header carries plain ASCII only; MCP has a form for everything else. */
  private static String encoded(String value) {
    boolean plain =
        value.chars().allMatch(c -> c > ' ' && c < 0x7f) && !value.startsWith("=?base64?");
    return plain
        ? value
        : "=?base64?"
            + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
            + "?=";
  }

  private Optional<JsonNode> answer(JsonNode message, HttpResponse<String> response) {
    if (!message.has("id") || response.statusCode() == 202) {
      return Optional.empty();
    }
    JsonNode body = json(response.body());
    if (body != null && body.has("jsonrpc")) {
      if (message.path("method").asText().equals("initialize")) {
        negotiated = body.at("/result/protocolVersion").textValue();
      }
      return Optional.of(body);
    }
    if (body == null) {
      return failure(message, "answered " + response.statusCode() + " without saying why");
    }
    if (isToolCall(message)) {
      return Optional.of(
          failed(message, "aionis_http_error: " + response.statusCode() + "\n" + Jsons.text(body)));
    }
    ObjectNode data = Jsons.object().put("status", response.statusCode());
    data.set("body", body);
    return Optional.of(
        error(message, "aionis_http_error: the server answered " + response.statusCode(), data));
  }

  private Optional<JsonNode> failure(JsonNode message, String what) {
    if (!message.has("id")) {
      return Optional.empty();
    }
    String text =
        "aionis_error: the server at " + endpoint.shown() + " " + what + "; try again later";
    return Optional.of(isToolCall(message) ? failed(message, text) : error(message, text, null));
  }

  private static boolean isToolCall(JsonNode message) {
    return message.path("method").asText().equals("tools/call");
  }

  /** A tool call that failed is a result, which models can read. */
  private static ObjectNode failed(JsonNode message, String text) {
    ObjectNode answer = Jsons.object().put("jsonrpc", "2.0");
    answer.set("id", message.get("id"));
    ObjectNode result = answer.putObject("result");
    result.putArray("content").addObject().put("type", "text").put("text", text);
    result.put("isError", true);
    return answer;
  }

  private static ObjectNode error(JsonNode message, String text, JsonNode data) {
    ObjectNode answer = Jsons.object().put("jsonrpc", "2.0");
    answer.set("id", message.get("id"));
    ObjectNode error = answer.putObject("error").put("code", UNREACHABLE).put("message", text);
    if (data != null) {
      error.set("data", data);
    }
    return answer;
  }

  private static JsonNode json(String text) {
    try {
      JsonNode body = Jsons.MAPPER.readTree(text);
      return body.isObject() ? body : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
