package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The OpenAPI document that a server serves, and whether an answer is what it says. Stricter than a
 * validator: a key that the document does not name is a difference unless it says that others may
 * follow.
 */
final class Description {
  private final JsonNode document;

  private Description(JsonNode document) {
    this.document = document;
  }

  static Description of(Api api) {
    return new Description(api.get("/openapi?format=json").ok());
  }

  JsonNode document() {
    return document;
  }

  /**
   * Every operation with a request body of its own, as {@code path -> schema}. What {@code /mcp}
   * takes are messages of a protocol that tells faults in its own way.
   */
  Map<String, JsonNode> requestSchemas() {
    Map<String, JsonNode> schemas = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      JsonNode schema = path.getValue().at("/post/requestBody/content/application~1json/schema");
      if (!schema.isMissingNode() && !path.getKey().equals("/mcp")) {
        schemas.put(path.getKey(), merged(schema));
      }
    }
    return schemas;
  }

  /**
   * Differences between {@code answer} and what the document says of it; empty when it keeps its
   * word.
   */
  List<String> differences(String method, String path, Api.Answer answer) {
    List<String> out = new ArrayList<>();
    JsonNode responses =
        document.get("paths").get(path).get(method.toLowerCase(Locale.ROOT)).get("responses");
    JsonNode response = resolve(responses.path(Integer.toString(answer.status())));
    if (response.isMissingNode()) {
      out.add("status " + answer.status() + " is not described: " + answer.text());
      return out;
    }
    JsonNode body = answer.json();
    JsonNode codes = response.get("x-codes");
    if (codes != null && !contains(codes, body.path("error"))) {
      out.add("code " + body.path("error") + " is not among " + codes);
    }
    compare(response.at("/content/application~1json/schema"), body, "$", out);
    return out;
  }

  /** Resolves references and joins {@code allOf}. */
  JsonNode merged(JsonNode schema) {
    JsonNode resolved = resolve(schema);
    if (!resolved.has("allOf")) {
      return resolved;
    }
    ObjectNode joined = Jsons.object().put("type", "object");
    ObjectNode properties = joined.putObject("properties");
    var required = joined.putArray("required");
    for (JsonNode part : resolved.get("allOf")) {
      JsonNode one = merged(part);
      properties.setAll((ObjectNode) one.path("properties").deepCopy());
      one.path("required").forEach(required::add);
    }
    return joined;
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref")
        ? resolve(document.at(node.get("$ref").textValue().substring(1)))
        : node;
  }

  private void compare(JsonNode raw, JsonNode value, String at, List<String> out) {
    JsonNode schema = merged(raw);
    if (schema.has("oneOf")) {
      compareAny(schema.get("oneOf"), value, at, out);
    } else if (schema.has("const")) {
      differ(!schema.get("const").equals(value), at, "must be " + schema.get("const"), value, out);
    } else if (schema.has("enum")) {
      differ(
          !contains(schema.get("enum"), value),
          at,
          "must be one of " + schema.get("enum"),
          value,
          out);
    } else if (schema.has("type") && !types(schema).contains(typeOf(value, types(schema)))) {
      differ(true, at, "must be " + schema.get("type"), value, out);
    } else if (value.isTextual() && schema.has("pattern")) {
      boolean fits =
          Pattern.compile(schema.get("pattern").textValue()).matcher(value.textValue()).find();
      differ(!fits, at, "must match " + schema.get("pattern"), value, out);
    } else if (value.isArray() && schema.has("items")) {
      for (int i = 0; i < value.size(); i++) {
        compare(schema.get("items"), value.get(i), at + "[" + i + "]", out);
      }
    } else if (value.isObject() && (schema.has("properties") || schema.has("type"))) {
      compareObject(schema, value, at, out);
    }
  }

  private void compareAny(JsonNode alternatives, JsonNode value, String at, List<String> out) {
    List<String> all = new ArrayList<>();
    for (JsonNode alternative : alternatives) {
      List<String> one = new ArrayList<>();
      compare(alternative, value, at, one);
      if (one.isEmpty()) {
        return;
      }
      all.addAll(one);
    }
    out.addAll(all);
  }

  private void compareObject(JsonNode schema, JsonNode value, String at, List<String> out) {
    for (JsonNode key : schema.path("required")) {
      differ(!value.has(key.textValue()), at, "lacks " + key.textValue(), value, out);
    }
    JsonNode others = schema.get("additionalProperties");
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      JsonNode known = schema.path("properties").get(field.getKey());
      String inner = at + "." + field.getKey();
      if (known != null) {
        compare(known, field.getValue(), inner, out);
      } else if (others != null && others.isObject()) {
        compare(others, field.getValue(), inner, out);
      } else {
        differ(
            others == null || !others.booleanValue(),
            inner,
            "is not described",
            field.getValue(),
            out);
      }
    }
  }

  static List<String> types(JsonNode schema) {
    JsonNode type = schema.path("type");
    List<String> types = new ArrayList<>();
    if (type.isTextual()) {
      types.add(type.textValue());
    }
    type.forEach(item -> types.add(item.textValue()));
    return types;
  }

  private static String typeOf(JsonNode value, List<String> wanted) {
    return switch (value.getNodeType()) {
      case NUMBER ->
          wanted.contains("integer") && value.doubleValue() == Math.rint(value.doubleValue())
              ? "integer"
              : "number";
      case STRING -> "string";
      case BOOLEAN -> "boolean";
      case ARRAY -> "array";
      case NULL -> "null";
      default -> "object";
    };
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode item : list) {
      if (item.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static void differ(
      boolean wrong, String at, String what, JsonNode value, List<String> out) {
    if (wrong) {
      String text = value.toString();
      out.add(at + " " + what + ": " + text.substring(0, Math.min(200, text.length())));
    }
  }
}
