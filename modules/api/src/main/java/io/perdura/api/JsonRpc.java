package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/** Messages of JSON-RPC 2.0, and the error codes that MCP uses with it. */
final class JsonRpc {
  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;

  /** MCP: a header and the body say different things. */
  static final int HEADER_MISMATCH = -32020;

  /** MCP: a revision of the protocol that is not spoken here. */
  static final int UNSUPPORTED_VERSION = -32022;

  private JsonRpc() {}

  static ObjectNode result(JsonNode id, JsonNode result) {
    ObjectNode answer = Jsons.object().put("jsonrpc", "2.0");
    answer.set("id", id);
    answer.set("result", result);
    return answer;
  }

  /**
   * An error answer.
   *
   * @param id null when the request's id could not be read
   * @param data null when there is nothing more to say
   */
  static ObjectNode error(JsonNode id, int code, String message, JsonNode data) {
    ObjectNode answer = Jsons.object().put("jsonrpc", "2.0");
    answer.set("id", id == null ? NullNode.getInstance() : id);
    ObjectNode error = answer.putObject("error").put("code", code).put("message", message);
    if (data != null) {
      error.set("data", data);
    }
    return answer;
  }

  /** Returns the request's id when it can be one: a text or a number; null otherwise. */
  static JsonNode id(JsonNode message) {
    JsonNode id = message.path("id");
    return id.isTextual() || id.isNumber() ? id : null;
  }
}
