package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * A tool that agents may call: one route of the API in a form that models can fill in.
 *
 * @param name what callers call it
 * @param definition name, title, description and input schema, as a list of tools shows them
 * @param route the route it wraps, with all that the route demands of a call
 */
record McpTool(String name, ObjectNode definition, Route route) {
  /** Returns the definition; its default for {@code scope} is where calls go that name none. */
  ObjectNode shown(String scope) {
    ObjectNode shown = definition.deepCopy();
    if (shown.at("/inputSchema/properties/scope") instanceof ObjectNode property) {
      property.put("default", scope);
    }
    return shown;
  }

  /** Checks and completes the arguments of a call. */
  McpArguments.Reading read(JsonNode arguments) {
    return McpArguments.read(definition.get("inputSchema"), arguments);
  }

  /** Returns the body of the call to the route. */
  ObjectNode body(ObjectNode arguments) {
    if (route.equals(Routes.WRITE)) {
      return write(arguments);
    }
    ObjectNode body = arguments.deepCopy();
    JsonNode text = body.remove("text");
    if (text != null) {
      body.set("input_text", text);
    }
    return body;
  }

  /** One node; who made and who owns it is said of the node and of the request. */
  private static ObjectNode write(ObjectNode arguments) {
    ObjectNode body = Jsons.object();
    body.set("input_text", arguments.get("text"));
    body.put("auto_embed", arguments.path("auto_embed").asBoolean(true));
    body.put("force_reembed", arguments.path("force_reembed").asBoolean(false));
    copy(arguments, body, "scope", "trigger_topic_cluster", "topic_cluster_async");
    copy(arguments, body, IDENTITY);
    ObjectNode node = body.putArray("nodes").addObject();
    node.put("type", arguments.path("type").asText("event"));
    node.set("text_summary", arguments.get("text"));
    node.put("memory_lane", "private");
    node.putObject("slots");
    copy(arguments, node, "client_id", "title", "slots");
    copy(arguments, node, IDENTITY);
    return body;
  }

  private static final String[] IDENTITY = {
    "memory_lane", "producer_agent_id", "owner_agent_id", "owner_team_id"
  };

  private static void copy(ObjectNode from, ObjectNode to, String... names) {
    for (String name : names) {
      if (from.has(name)) {
        to.set(name, from.get(name));
      }
    }
  }

  /** Returns what the caller reads of the route's answer. */
  String text(ObjectNode arguments, JsonNode answer) {
    if (route.equals(Routes.WRITE)) {
      StringBuilder text =
          new StringBuilder("Remembered this ")
              .append(arguments.path("type").asText("event"))
              .append('.');
      line(text, "node_id", answer.at("/nodes/0/id"));
      line(text, "commit_id", answer.path("commit_id"));
      line(text, "commit_hash", answer.path("commit_hash"));
      return text.toString();
    }
    String context = route.equals(Routes.RECALL_TEXT) ? answer.at("/context/text").asText("") : "";
    return context.isBlank() ? Jsons.text(answer) : context;
  }

  private static void line(StringBuilder text, String name, JsonNode value) {
    if (value.isTextual()) {
      text.append('\n').append(name).append(": ").append(value.textValue());
    }
  }
}
