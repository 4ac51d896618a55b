package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.McpSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * The Model Context Protocol without its transport: one message in, at most one out. Nothing is
 * kept between messages, so that any server of a cluster may answer any of them.
 *
 * <p>The contract (policy-control, section 11) rules where it and the protocol's text differ: what
 * is wrong with a tool call, its name included, is a result that models can read, not an error.
 */
@ApplicationScoped
class McpServer {
  private static final int CACHE_MS = 300_000;
  private static final String META = "io.modelcontextprotocol/";

  private final ToolPort port;
  private final String agentId;
  private final String defaultScope;
  private final String version = BuildVersion.read();

  /**
   * What a message is answered.
   *
   * @param status HTTP status where it came alone
   * @param body null when it needs no answer
   */
  record Answer(int status, ObjectNode body) {
    static final Answer ACCEPTED = new Answer(202, null);

    static Answer of(ObjectNode body) {
      return new Answer(200, body);
    }

    static Answer refusal(JsonNode id, int code, String message, JsonNode data) {
      return new Answer(400, JsonRpc.error(id, code, message, data));
    }
  }

  /** For the container's proxy. */
  protected McpServer() {
    this.port = null;
    this.agentId = null;
    this.defaultScope = null;
  }

  @Inject
  McpServer(ToolPort port, Settings settings) {
    this.port = port;
    this.agentId = settings.get(McpSettings.PERDURA_MCP_AGENT_ID);
    this.defaultScope = settings.defaults().scope();
  }

  /**
   * Answers one message.
   *
   * @param headers what the transport said of it
   */
  Answer answer(JsonNode message, McpHeaders headers, McpCall call) {
    JsonNode id = JsonRpc.id(message);
    String method = message.path("method").textValue();
    if (!"2.0".equals(message.path("jsonrpc").textValue())) {
      return invalid(id, "jsonrpc must be \"2.0\"");
    }
    if (method == null || method.isEmpty()) {
      boolean response = id != null && (message.has("result") || message.has("error"));
      return response ? Answer.ACCEPTED : invalid(id, "a request has a method");
    }
    if (!message.has("id")) {
      return Answer.ACCEPTED;
    }
    if (id == null) {
      return invalid(null, "an id is a text or a number");
    }
    JsonNode params = message.path("params");
    if (McpHeaders.isPerRequest(params)) {
      Answer refusal = headers.check(id, method, params);
      return refusal != null ? refusal : modern(id, method, params, call);
    }
    if (headers.isPerRequest()) {
      return Answer.refusal(
          id, JsonRpc.INVALID_PARAMS, "params._meta lacks " + META + "protocolVersion", null);
    }
    return legacy(id, method, params, call);
  }

  private Answer legacy(JsonNode id, String method, JsonNode params, McpCall call) {
    return switch (method) {
      case "initialize" -> result(id, initialized(params));
      case "ping" -> result(id, Jsons.object());
      case "tools/list" -> result(id, tools(call.options()));
      case "tools/call" -> result(id, call(params, call));
      case "shutdown" -> result(id, NullNode.getInstance());
      default -> new Answer(200, unknown(id, method));
    };
  }

  private Answer modern(JsonNode id, String method, JsonNode params, McpCall call) {
    return switch (method) {
      case "server/discover" -> result(id, cacheable(signed(discovered())));
      case "tools/list" -> result(id, cacheable(signed(tools(call.options()))));
      case "tools/call" -> result(id, signed(call(params, call)));
      default -> new Answer(404, unknown(id, method));
    };
  }

  private ObjectNode initialized(JsonNode params) {
    ObjectNode result =
        Jsons.object()
            .put("protocolVersion", McpVersions.negotiated(params.path("protocolVersion")));
    result.set("capabilities", capabilities());
    result.set("serverInfo", serverInfo());
    return result;
  }

  private static ObjectNode discovered() {
    ObjectNode result = Jsons.object();
    ArrayNode versions = result.putArray("supportedVersions");
    McpVersions.ALL.forEach(versions::add);
    result.set("capabilities", capabilities());
    return result;
  }

  private static ObjectNode capabilities() {
    ObjectNode capabilities = Jsons.object();
    capabilities.putObject("tools").put("listChanged", false);
    return capabilities;
  }

  /** The name is the contract's: clients know the reference by it. */
  private ObjectNode serverInfo() {
    return Jsons.object().put("name", "aionis-memory-graph").put("version", version);
  }

  private ObjectNode signed(ObjectNode result) {
    result.put("resultType", "complete");
    result.putObject("_meta").set(META + "serverInfo", serverInfo());
    return result;
  }

  private static ObjectNode cacheable(ObjectNode result) {
    return result.put("ttlMs", CACHE_MS).put("cacheScope", "private");
  }

  private ObjectNode tools(McpOptions options) {
    ObjectNode result = Jsons.object();
    ArrayNode tools = result.putArray("tools");
    String scope = options.scope() == null ? defaultScope : options.scope();
    McpTools.of(options).forEach(tool -> tools.add(tool.shown(scope)));
    return result;
  }

  private ObjectNode call(JsonNode params, McpCall call) {
    String name = params.path("name").textValue();
    if (name == null || name.isEmpty()) {
      return failed("invalid_params: params must be an object with the tool's name", call);
    }
    McpTool tool = McpTools.find(name, call.options()).orElse(null);
    if (tool == null) {
      return failed("unknown_tool: " + name, call);
    }
    McpArguments.Reading reading = tool.read(params.path("arguments"));
    if (!reading.faults().isEmpty()) {
      return failed("invalid_args: " + String.join("; ", reading.faults()), call);
    }
    ObjectNode arguments = reading.values();
    call.complete(tool.route(), arguments, agentId);
    ToolPort.Answer answer = port.call(tool, tool.body(arguments), call);
    if (answer.status() != 200) {
      return failed(
          "aionis_http_error: " + answer.status() + "\n" + Jsons.text(answer.body()), call);
    }
    return content(tool.text(arguments, answer.body()), call);
  }

  private static ObjectNode failed(String text, McpCall call) {
    return content(text, call).put("isError", true);
  }

  private static ObjectNode content(String text, McpCall call) {
    ObjectNode result = Jsons.object();
    result
        .putArray("content")
        .addObject()
        .put("type", "text")
        .put("text", shortened(text, call.options().maxText()));
    return result;
  }

  /** Cuts a text that would crowd out the rest of a conversation. */
  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "\n[" + (text.length() - end) + " more characters left out]";
  }

  private static Answer result(JsonNode id, JsonNode result) {
    return Answer.of(JsonRpc.result(id, result));
  }

  private static ObjectNode unknown(JsonNode id, String method) {
    return JsonRpc.error(
        id, JsonRpc.METHOD_NOT_FOUND, "method not found", Jsons.object().put("method", method));
  }

  private static Answer invalid(JsonNode id, String message) {
    return Answer.refusal(id, JsonRpc.INVALID_REQUEST, message, null);
  }

  /** Why several messages of one request cannot be answered; null when they can. */
  static Answer refuseBatch(JsonNode messages, String version, int most) {
    if (!McpVersions.hasBatches(version)) {
      return invalid(null, "revision " + version + " has one message a request");
    }
    if (messages.isEmpty() || messages.size() > most) {
      return invalid(null, "an array has 1 to " + most + " messages");
    }
    return null;
  }

  /** Tells whether a message may not come together with others. */
  static boolean standsAlone(JsonNode message) {
    return List.of("initialize").contains(message.path("method").asText());
  }
}
