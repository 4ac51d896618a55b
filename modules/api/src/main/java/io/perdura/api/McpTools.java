package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The tools: the contract's two, and Perdura's own for clients that ask for all. */
final class McpTools {
  private static final Map<String, Route> ROUTES =
      Map.of(
          "memory_remember", Routes.WRITE,
          "memory_recall_text", Routes.RECALL_TEXT,
          "perdura_find", Routes.FIND,
          "perdura_log_event", Routes.EVENTS,
          "perdura_session_events", Routes.SESSION_EVENTS,
          "perdura_memory_feedback", Routes.ACTIVATE,
          "perdura_plan", Routes.PLANNING_CONTEXT,
          "perdura_select_tool", Routes.TOOLS_SELECT,
          "perdura_tool_feedback", Routes.TOOLS_FEEDBACK);

  private static final SequencedMap<String, McpTool> CONTRACT = new LinkedHashMap<>();
  private static final SequencedMap<String, McpTool> ALL = new LinkedHashMap<>();

  static {
    JsonNode document = document();
    load(document.get("contract"), CONTRACT);
    ALL.putAll(CONTRACT);
    load(document.get("perdura"), ALL);
  }

  private McpTools() {}

  /** The tools that a client sees, always in the same order. */
  static Iterable<McpTool> of(McpOptions options) {
    return map(options).values();
  }

  static Optional<McpTool> find(String name, McpOptions options) {
    return Optional.ofNullable(map(options).get(name));
  }

  private static SequencedMap<String, McpTool> map(McpOptions options) {
    return options.everyTool() ? ALL : CONTRACT;
  }

  private static void load(JsonNode definitions, Map<String, McpTool> into) {
    for (JsonNode definition : definitions) {
      String name = definition.get("name").textValue();
      into.put(name, new McpTool(name, (ObjectNode) definition, ROUTES.get(name)));
    }
  }

  private static JsonNode document() {
    try (InputStream in = McpTools.class.getResourceAsStream("/META-INF/mcp-tools.json")) {
      return Jsons.MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the build's own list of tools cannot be read", e);
    }
  }
}
