package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.Random;

/** Messages that are almost right, or not at all. */
final class McpGarbage {
  private static final List<String> METHODS =
      List.of(
          "initialize",
          "ping",
          "tools/list",
          "tools/call",
          "tools/call",
          "tools/call",
          "server/discover",
          "shutdown",
          "exit",
          "notifications/initialized",
          "");
  private static final List<String> TOOLS =
      List.of(
          "memory_remember",
          "memory_recall_text",
          "perdura_find",
          "perdura_log_event",
          "perdura_session_events",
          "perdura_memory_feedback",
          "perdura_plan",
          "perdura_select_tool",
          "perdura_tool_feedback",
          "none");
  private static final List<String> NAMES =
      List.of(
          "text",
          "query_text",
          "scope",
          "session_id",
          "node_ids",
          "candidates",
          "selected_tool",
          "outcome",
          "limit",
          "offset",
          "slots",
          "context",
          "type",
          "memory_lane",
          "client_id",
          "owner_agent_id",
          "decision_id",
          "id",
          "min_edge_weight",
          "tool_candidates",
          "metadata");
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "x",
          "garbage",
          "\u0000",
          "\uD83D\uDE00",
          "'; drop table memory_nodes; --",
          "../..",
          "%00%zz",
          "tenant:x",
          "-1",
          "1e400",
          "00000000-0000-4000-8000-000000000001",
          "positive",
          "rule",
          "shared",
          "\uFFFF",
          "a\nb",
          "x".repeat(3_000));

  private McpGarbage() {}

  static String message(Random random) {
    if (random.nextInt(12) == 0) {
      ArrayNode several = Jsons.array();
      for (int i = random.nextInt(4); i >= 0; i--) {
        several.add(one(random));
      }
      return Jsons.text(several);
    }
    return Jsons.text(one(random));
  }

  private static JsonNode one(Random random) {
    if (random.nextInt(25) == 0) {
      return value(random, 2);
    }
    ObjectNode message = Jsons.object();
    message.set(
        "jsonrpc", random.nextInt(15) == 0 ? value(random, 1) : Jsons.object().textNode("2.0"));
    if (random.nextInt(10) > 0) {
      message.set("id", random.nextInt(8) == 0 ? value(random, 1) : Jsons.object().numberNode(7));
    }
    if (random.nextInt(15) > 0) {
      message.put("method", pick(METHODS, random));
    }
    if (random.nextInt(10) > 0) {
      message.set("params", random.nextInt(6) == 0 ? value(random, 2) : params(random));
    }
    return message;
  }

  private static ObjectNode params(Random random) {
    ObjectNode params = Jsons.object();
    params.put("name", pick(TOOLS, random));
    params.put("protocolVersion", pick(TEXTS, random));
    if (random.nextInt(8) == 0) {
      params.set("arguments", value(random, 2));
    } else {
      ObjectNode arguments = params.putObject("arguments");
      for (int i = random.nextInt(7); i >= 0; i--) {
        arguments.set(pick(NAMES, random), value(random, 2));
      }
    }
    if (random.nextInt(10) == 0) {
      params.set("_meta", value(random, 2));
    }
    return params;
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 7)) {
      case 0 -> Jsons.object().nullNode();
      case 1 -> Jsons.object().booleanNode(random.nextBoolean());
      case 2 -> Jsons.object().numberNode(random.nextInt(500) - 100);
      case 3 -> Jsons.object().numberNode(random.nextDouble() * 1e300);
      case 4, 5, 6 -> Jsons.object().textNode(pick(TEXTS, random));
      case 7, 8 -> Jsons.array().add(value(random, depth - 1)).add(value(random, depth - 1));
      default -> {
        ObjectNode object = Jsons.object();
        object.set(pick(NAMES, random), value(random, depth - 1));
        yield object;
      }
    };
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
