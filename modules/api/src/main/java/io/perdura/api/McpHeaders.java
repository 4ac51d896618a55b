package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The headers that repeat what a message says, for whoever stands between.
 *
 * @param version MCP-Protocol-Version; null when absent
 * @param method Mcp-Method; null when absent
 * @param name Mcp-Name; null when absent
 */
record McpHeaders(String version, String method, String name) {
  private static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
  private static final String META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  private static final String ENCODED = "=?base64?";
  private static final String ENCODED_END = "?=";

  static McpHeaders of(HttpServletRequest request) {
    return new McpHeaders(
        request.getHeader("mcp-protocol-version"),
        request.getHeader("mcp-method"),
        request.getHeader("mcp-name"));
  }

  /** Tells whether a request says its revision itself, as those without handshake do. */
  static boolean isPerRequest(JsonNode params) {
    return params.path("_meta").has(META_VERSION);
  }

  boolean isPerRequest() {
    return version != null && McpVersions.PER_REQUEST.contains(version);
  }

  /** The revision that the request is taken for. */
  String effectiveVersion() {
    return version == null ? McpVersions.BEFORE_HEADER : version;
  }

  /** Returns the refusal of a revision that is not spoken here; null when it is. */
  McpServer.Answer refuseVersion(JsonNode message) {
    return version == null || McpVersions.ALL.contains(version)
        ? null
        : unsupported(JsonRpc.id(message), version);
  }

  /** Returns what is wrong with a request that says its revision itself; null when nothing is. */
  McpServer.Answer check(JsonNode id, String calledMethod, JsonNode params) {
    JsonNode meta = params.get("_meta");
    String said = meta.get(META_VERSION).textValue();
    if (said == null || !said.equals(version)) {
      return mismatch(id, "MCP-Protocol-Version");
    }
    if (!McpVersions.PER_REQUEST.contains(said)) {
      return unsupported(id, said);
    }
    if (!calledMethod.equals(method)) {
      return mismatch(id, "Mcp-Method");
    }
    if (calledMethod.equals("tools/call") && !params.path("name").asText().equals(decoded(name))) {
      return mismatch(id, "Mcp-Name");
    }
    return meta.path(META_CAPABILITIES).isObject()
        ? null
        : McpServer.Answer.refusal(
            id, JsonRpc.INVALID_PARAMS, "params._meta lacks " + META_CAPABILITIES, null);
  }

  private static String decoded(String header) {
    if (header == null || !header.startsWith(ENCODED) || !header.endsWith(ENCODED_END)) {
      return header;
    }
    try {
      String base64 =
          header.substring(
              ENCODED.length(), Math.max(ENCODED.length(), header.length() - ENCODED_END.length()));
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static McpServer.Answer mismatch(JsonNode id, String header) {
    return McpServer.Answer.refusal(
        id,
        JsonRpc.HEADER_MISMATCH,
        "the header " + header + " is missing or says something else than the body",
        null);
  }

  private static McpServer.Answer unsupported(JsonNode id, String version) {
    ObjectNode data = Jsons.object();
    ArrayNode supported = data.putArray("supported");
    McpVersions.ALL.forEach(supported::add);
    data.put("requested", version);
    return McpServer.Answer.refusal(
        id, JsonRpc.UNSUPPORTED_VERSION, "this revision of the protocol is not spoken here", data);
  }
}
