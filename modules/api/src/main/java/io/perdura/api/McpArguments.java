package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a tool call, checked against the tool's input schema: keys that the schema does
 * not know are dropped, null is absent, and a number may come as a text (models write it so).
 */
final class McpArguments {
  private static final int LONGEST_NUMBER = 40;

  /**
   * What came of reading them.
   *
   * @param values what the schema knows
   * @param faults what is wrong, for whoever made the call; empty when nothing is
   */
  record Reading(ObjectNode values, List<String> faults) {}

  private final ObjectNode values = Jsons.object();
  private final List<String> faults = new ArrayList<>();

  private McpArguments() {}

  /** Reads {@code arguments}; missing and null are an empty object. */
  static Reading read(JsonNode schema, JsonNode arguments) {
    McpArguments reader = new McpArguments();
    if (arguments.isObject() || arguments.isMissingNode() || arguments.isNull()) {
      reader.readObject(schema, arguments);
    } else {
      reader.faults.add("arguments must be an object");
    }
    return new Reading(reader.values, reader.faults);
  }

  private void readObject(JsonNode schema, JsonNode arguments) {
    for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
      String name = property.getKey();
      JsonNode value = arguments.path(name);
      if (!value.isMissingNode() && !value.isNull()) {
        JsonNode read = read(name, property.getValue(), value);
        if (read != null) {
          values.set(name, read);
        }
      }
    }
    for (JsonNode name : schema.path("required")) {
      if (arguments.path(name.textValue()).isMissingNode()
          || arguments.path(name.textValue()).isNull()) {
        faults.add(name.textValue() + " is required");
      }
    }
  }

  /** Returns the value as the API takes it; null after a fault. */
  private JsonNode read(String name, JsonNode schema, JsonNode value) {
    return switch (schema.get("type").textValue()) {
      case "string" -> readText(name, schema, value);
      case "integer", "number" -> readNumber(name, schema, value);
      case "boolean" -> value.isBoolean() ? value : fault(name + " must be true or false");
      case "object" -> value.isObject() ? value : fault(name + " must be an object");
      case "array" -> readTexts(name, value);
      default -> throw new IllegalStateException("a tool's schema has an unknown type: " + name);
    };
  }

  private JsonNode readText(String name, JsonNode schema, JsonNode value) {
    if (!value.isTextual()) {
      return fault(name + " must be a text");
    }
    if (value.textValue().isBlank() && schema.has("minLength")) {
      return fault(name + " must not be blank");
    }
    JsonNode allowed = schema.path("enum");
    for (JsonNode one : allowed) {
      if (one.equals(value)) {
        return value;
      }
    }
    return allowed.isEmpty() ? value : fault(name + " must be one of " + joined(allowed));
  }

  private JsonNode readNumber(String name, JsonNode schema, JsonNode value) {
    BigDecimal number = number(value);
    boolean whole = schema.get("type").textValue().equals("integer");
    if (number == null) {
      return fault(name + " must be a number");
    }
    boolean outside =
        (schema.has("minimum") && number.compareTo(schema.get("minimum").decimalValue()) < 0)
            || (schema.has("maximum")
                && number.compareTo(schema.get("maximum").decimalValue()) > 0);
    if (outside) {
      return fault(
          name + " must be from " + schema.get("minimum") + " to " + schema.get("maximum"));
    }
    if (!whole) {
      return DoubleNode.valueOf(number.doubleValue());
    }
    return number.stripTrailingZeros().scale() <= 0
        ? LongNode.valueOf(number.longValue())
        : fault(name + " must be a whole number");
  }

  private static BigDecimal number(JsonNode value) {
    if (value.isNumber()) {
      return Double.isFinite(value.doubleValue()) ? value.decimalValue() : null;
    }
    String text = value.isTextual() ? value.textValue().trim() : "";
    if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(text);
      return Double.isFinite(number.doubleValue()) ? number : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private JsonNode readTexts(String name, JsonNode value) {
    boolean texts = value.isArray() && !value.isEmpty();
    for (JsonNode item : value) {
      texts = texts && item.isTextual() && !item.textValue().isBlank();
    }
    return texts ? value : fault(name + " must be a list of texts, none of them blank");
  }

  private JsonNode fault(String message) {
    faults.add(message);
    return null;
  }

  private static String joined(JsonNode texts) {
    List<String> values = new ArrayList<>();
    texts.forEach(text -> values.add(text.textValue()));
    return String.join(", ", values);
  }
}
