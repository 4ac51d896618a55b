package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A client of the MCP endpoint that hides nothing. */
final class Mcp {
  private final Api api;
  private final String path;
  private final Map<String, String> headers;

  Mcp(Api api, String path, Map<String, String> headers) {
    this.api = api;
    this.path = path;
    this.headers = headers;
  }

  static Mcp of(Api api) {
    return new Mcp(api, "/mcp", Map.of());
  }

  Mcp at(String query) {
    return new Mcp(api, "/mcp?" + query, headers);
  }

  Mcp with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Mcp(api, path, more);
  }

  /** Posts a body as it is; single quotes are double quotes. */
  Api.Answer post(String body) {
    return raw(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "application/json");
  }

  Api.Answer raw(byte[] body, String contentType) {
    return api.send("POST", path, contentType, body, headers);
  }

  /** Sends a request with id 1; {@code params} is the inside of an object. */
  JsonNode request(String method, String params) {
    return post("{'jsonrpc':'2.0','id':1,'method':'" + method + "','params':{" + params + "}}")
        .ok();
  }

  /** Calls a tool; the result, whatever came of it. */
  JsonNode call(String tool, String arguments) {
    ObjectNode message =
        Jsons.object().put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call");
    ObjectNode params = message.putObject("params").put("name", tool);
    params.set("arguments", Jsons.stored(arguments.replace('\'', '"')));
    return post(Jsons.text(message).replace("'", "\\u0027")).ok().get("result");
  }

  /** The text of a call that succeeds. */
  String text(String tool, String arguments) {
    JsonNode result = call(tool, arguments);
    if (result.has("isError")) {
      throw new AssertionError(tool + " failed: " + result);
    }
    return result.at("/content/0/text").textValue();
  }

  /** The text of a call that fails. */
  String failure(String tool, String arguments) {
    JsonNode result = call(tool, arguments);
    if (!result.path("isError").booleanValue()) {
      throw new AssertionError(tool + " did not fail: " + result);
    }
    return result.at("/content/0/text").textValue();
  }
}
