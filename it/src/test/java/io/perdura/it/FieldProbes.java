package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requests that put something hostile into one field each: every field that the OpenAPI document
 * gives an endpoint, at any depth, and those of an identity that it does not give.
 */
final class FieldProbes {
  private static final List<String> IDENTITY =
      List.of(
          "tenant_id",
          "scope",
          "consumer_agent_id",
          "consumer_team_id",
          "producer_agent_id",
          "owner_agent_id",
          "owner_team_id",
          "agent_id",
          "team_id");
  private static final List<String> IN_FREE_OBJECTS =
      List.of(
          "agent/id",
          "agent/team_id",
          "agent_id",
          "team_id",
          "tenant_id",
          "scope",
          "owner_agent_id");

  private final Description description;
  private final Set<String> texts;
  private final List<String> claims;

  /**
   * @param texts what is tried wherever a text may stand
   * @param claims those of them that are tried in every disguise where an identity may stand
   */
  FieldProbes(Description description, Set<String> texts, List<String> claims) {
    this.description = description;
    this.texts = texts;
    this.claims = claims;
  }

  /** The bodies for {@code schema}, each {@code base} but for one field; keyed by what it is. */
  List<Map.Entry<String, ObjectNode>> of(JsonNode schema, ObjectNode base) {
    List<Map.Entry<String, ObjectNode>> probes = new ArrayList<>();
    for (String path : paths(schema)) {
      String type = path.substring(path.indexOf(':') + 1);
      String[] steps = path.substring(0, path.indexOf(':')).split("/");
      for (JsonNode value : values(type, steps[steps.length - 1])) {
        ObjectNode body = base.deepCopy();
        put(body, steps, value);
        probes.add(Map.entry(String.join(".", steps) + "=" + value, body));
      }
    }
    return probes;
  }

  /** Every field as {@code a/0/b:type}. */
  private List<String> paths(JsonNode schema) {
    List<String> paths = new ArrayList<>();
    walk(schema, "", paths);
    for (String name : IDENTITY) {
      if (!paths.contains(name + ":string")) {
        paths.add(name + ":string");
      }
    }
    return paths;
  }

  private void walk(JsonNode raw, String prefix, List<String> paths) {
    JsonNode schema = description.merged(raw);
    String at = prefix.isEmpty() ? "" : prefix + "/";
    List<String> types = Description.types(schema);
    if (schema.has("enum")) {
      schema.get("enum").forEach(value -> paths.add(prefix + ":=" + value.asText()));
    } else if (schema.has("properties")) {
      schema
          .get("properties")
          .properties()
          .forEach(e -> walk(e.getValue(), at + e.getKey(), paths));
    } else if (types.contains("array")) {
      walk(schema.path("items"), at + "0", paths);
    } else if (types.contains("boolean")) {
      paths.add(prefix + ":boolean");
    } else if (types.contains("string")) {
      paths.add(prefix + ":string");
    } else if (types.isEmpty() || types.contains("object")) {
      IN_FREE_OBJECTS.forEach(name -> paths.add(at + name + ":string"));
      paths.add(prefix + ":string");
    }
  }

  private List<JsonNode> values(String type, String name) {
    List<JsonNode> values = new ArrayList<>();
    if (type.startsWith("=")) {
      values.add(TextNode.valueOf(type.substring(1)));
    } else if (type.equals("boolean")) {
      values.addAll(List.of(BooleanNode.TRUE, BooleanNode.FALSE));
    } else {
      texts.forEach(text -> values.add(TextNode.valueOf(text)));
      if (IDENTITY.contains(name)) {
        for (String text : claims) {
          values.add(TextNode.valueOf(" " + text + "\u00a0"));
          values.add(Jsons.array().add(text));
          values.add(Jsons.object().put("$eq", text));
        }
        values.addAll(
            Arrays.asList(TextNode.valueOf(" "), TextNode.valueOf("%"), Jsons.object().nullNode()));
      }
    }
    return values;
  }

  private static void put(ObjectNode body, String[] steps, JsonNode value) {
    JsonNode at = body;
    for (int i = 0; i < steps.length - 1; i++) {
      boolean array = steps[i + 1].equals("0");
      at = array ? arrayIn(at, steps[i]) : objectIn(at, steps[i]);
    }
    String last = steps[steps.length - 1];
    if (at instanceof ArrayNode list) {
      if (list.isEmpty()) {
        list.add(value);
      } else {
        list.set(0, value);
      }
    } else {
      ((ObjectNode) at).set(last, value);
    }
  }

  private static JsonNode arrayIn(JsonNode at, String name) {
    JsonNode inner = at.get(name);
    return inner instanceof ArrayNode ? inner : ((ObjectNode) at).putArray(name);
  }

  private static JsonNode objectIn(JsonNode at, String name) {
    if (at instanceof ArrayNode list) {
      if (list.isEmpty() || !list.get(0).isObject()) {
        list.removeAll();
        list.addObject();
      }
      return list.get(0);
    }
    JsonNode inner = at.get(name);
    return inner instanceof ObjectNode ? inner : ((ObjectNode) at).putObject(name);
  }
}
