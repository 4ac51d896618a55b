package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Every way in which one field of a request can break the schema that the OpenAPI document gives
 * for it, at any depth: each case has one wrong value and names where it is.
 */
final class WrongValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Description description;

  WrongValues(Description description) {
    this.description = description;
  }

  /**
   * A body with one fault.
   *
   * @param path of the faulty field, as the server reports it
   */
  record Case(String path, ObjectNode body) {}

  /** Returns the cases for a schema; {@code valid} is a body without any fault. */
  List<Case> of(JsonNode schema, ObjectNode valid) {
    List<Case> cases = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String name = property.getKey();
      for (Fault fault : faults(property.getValue())) {
        ObjectNode body = valid.deepCopy();
        body.set(name, fault.value());
        cases.add(new Case(fault.path().isEmpty() ? name : name + "." + fault.path(), body));
      }
    }
    for (JsonNode required : schema.path("required")) {
      ObjectNode body = valid.deepCopy();
      body.remove(required.textValue());
      cases.add(new Case(required.textValue(), body));
    }
    return cases;
  }

  private record Fault(String path, JsonNode value) {}

  private List<Fault> faults(JsonNode raw) {
    JsonNode schema = description.merged(raw);
    List<Fault> faults = new ArrayList<>();
    List<String> types = Description.types(schema);
    if (schema.has("enum") || schema.has("const")) {
      addAll(faults, NODES.textNode("nope"), NODES.numberNode(5), NODES.nullNode(), Jsons.array());
      return faults;
    }
    if (types.contains("string")) {
      addAll(faults, NODES.numberNode(5), NODES.booleanNode(true), Jsons.array(), Jsons.object());
      lengths(schema, faults);
    } else if (types.contains("integer") || types.contains("number")) {
      addAll(faults, NODES.textNode("5"), NODES.booleanNode(true), Jsons.array(), Jsons.object());
      ranges(schema, types.contains("integer"), faults);
    } else if (types.contains("boolean")) {
      addAll(
          faults, NODES.textNode("true"), NODES.numberNode(1), NODES.numberNode(0), Jsons.array());
    } else if (types.contains("array")) {
      addAll(faults, NODES.textNode("x"), Jsons.object(), NODES.booleanNode(false));
      items(schema, faults);
    } else if (types.contains("object")) {
      addAll(faults, NODES.textNode("x"), Jsons.array(), NODES.numberNode(1));
      properties(schema, faults);
    }
    if (!types.isEmpty() && !types.contains("null")) {
      addAll(faults, NODES.nullNode());
    }
    return faults;
  }

  private static void lengths(JsonNode schema, List<Fault> faults) {
    if (schema.path("minLength").asInt(0) > 0) {
      addAll(faults, NODES.textNode(""));
    }
    if (schema.has("maxLength")) {
      addAll(faults, NODES.textNode("x".repeat(schema.get("maxLength").intValue() + 1)));
    }
    if (schema.has("pattern")) {
      addAll(faults, NODES.textNode("nope"), NODES.textNode(""));
    }
  }

  private static void ranges(JsonNode schema, boolean integer, List<Fault> faults) {
    if (schema.has("minimum")) {
      addAll(
          faults,
          NODES.numberNode(schema.get("minimum").doubleValue() - 1),
          NODES.numberNode(-1e300));
    }
    if (schema.has("maximum")) {
      addAll(
          faults,
          NODES.numberNode(schema.get("maximum").doubleValue() + 1),
          NODES.numberNode(1e300));
    }
    if (integer) {
      addAll(faults, NODES.numberNode(schema.path("minimum").asInt(0) + 0.5));
    }
  }

  private void items(JsonNode schema, List<Fault> faults) {
    if (schema.path("minItems").asInt(0) > 0) {
      addAll(faults, Jsons.array());
    }
    JsonNode item = description.merged(schema.path("items"));
    if (item.path("additionalProperties").asBoolean(false)) {
      return;
    }
    for (Fault fault : faults(item)) {
      ArrayNode array = Jsons.array().add(fault.value());
      faults.add(new Fault(fault.path().isEmpty() ? "0" : "0." + fault.path(), array));
    }
  }

  private void properties(JsonNode schema, List<Fault> faults) {
    if (schema.path("additionalProperties").asBoolean(false)) {
      return;
    }
    ObjectNode valid = minimal(schema);
    for (Case inner : of(schema, valid)) {
      faults.add(new Fault(inner.path(), inner.body()));
    }
  }

  /** The least object that the schema takes. */
  private ObjectNode minimal(JsonNode schema) {
    ObjectNode object = Jsons.object();
    for (JsonNode required : schema.path("required")) {
      JsonNode inner = description.merged(schema.get("properties").get(required.textValue()));
      object.set(required.textValue(), value(inner));
    }
    if (schema.path("properties").has("client_id")) {
      object.put("client_id", "c");
    }
    return object;
  }

  private JsonNode value(JsonNode schema) {
    if (schema.has("enum")) {
      return schema.get("enum").get(0);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    return Description.types(schema).contains("string") ? NODES.textNode("x") : minimal(schema);
  }

  private static void addAll(List<Fault> faults, JsonNode... values) {
    for (JsonNode value : values) {
      faults.add(new Fault("", value));
    }
  }
}
