package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.perdura.kernel.TextRules;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * JSON values as the rule language compares them (contract, section 6.1). A missing value is null
 * in Java, and no {@code NullNode}.
 */
final class JsonValues {
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
  private static final Pattern PREFIXED =
      Pattern.compile("0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)");

  private JsonValues() {}

  /** Same type and same content: arrays by order, objects by key set, numbers by value. */
  static boolean equal(JsonNode a, JsonNode b) {
    if (a == null || b == null || a.getNodeType() != b.getNodeType()) {
      return false;
    }
    return switch (a.getNodeType()) {
      case NUMBER -> a.doubleValue() == b.doubleValue();
      case ARRAY -> equalArrays(a, b);
      case OBJECT -> equalObjects(a, b);
      default -> a.equals(b);
    };
  }

  private static boolean equalArrays(JsonNode a, JsonNode b) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<JsonNode> other = b.iterator();
    for (JsonNode item : a) {
      if (!equal(item, other.next())) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalObjects(JsonNode a, JsonNode b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> entry : a.properties()) {
      if (!equal(entry.getValue(), b.get(entry.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether an element of {@code array} equals {@code value}. */
  static boolean holds(JsonNode array, JsonNode value) {
    for (JsonNode item : array) {
      if (equal(item, value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns a member of an object, or an element or the {@code length} of an array; null when there
   * is none. Own members only: nothing is inherited (defect D3).
   */
  static JsonNode get(JsonNode value, String key) {
    if (value == null) {
      return null;
    }
    if (value.isObject()) {
      return value.get(key);
    }
    if (!value.isArray()) {
      return null;
    }
    if (key.equals("length")) {
      return IntNode.valueOf(value.size());
    }
    return INDEX.matcher(key).matches() ? value.get(Integer.parseInt(key)) : null;
  }

  /** Walks {@code steps} from {@code value}; null when a step leads nowhere. */
  static JsonNode walk(JsonNode value, List<String> steps) {
    JsonNode at = value;
    for (String step : steps) {
      at = get(at, step);
    }
    return at;
  }

  /** ECMAScript's notion of a true value. */
  static boolean isTruthy(JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.doubleValue() != 0;
      case STRING -> !value.textValue().isEmpty();
      case ARRAY, OBJECT -> true;
      default -> false;
    };
  }

  /** ECMAScript's {@code Number(value)}; NaN where it is none. A missing value is NaN. */
  static double number(JsonNode value) {
    if (value == null) {
      return Double.NaN;
    }
    return switch (value.getNodeType()) {
      case NUMBER -> value.doubleValue();
      case STRING -> number(value.textValue());
      case BOOLEAN -> value.booleanValue() ? 1 : 0;
      case NULL -> 0;
      case ARRAY -> numberOfArray(value);
      default -> Double.NaN;
    };
  }

  /** An array counts as its elements joined by commas. */
  private static double numberOfArray(JsonNode array) {
    if (array.isEmpty()) {
      return 0;
    }
    JsonNode only = array.get(0);
    boolean plain = only.isTextual() || only.isNumber() || only.isNull() || only.isArray();
    return array.size() == 1 && plain ? number(only) : Double.NaN;
  }

  private static double number(String text) {
    String trimmed = TextRules.trim(text);
    if (trimmed.isEmpty()) {
      return 0;
    }
    if (DECIMAL.matcher(trimmed).matches()) {
      return Double.parseDouble(trimmed);
    }
    if (PREFIXED.matcher(trimmed).matches()) {
      char base = Character.toLowerCase(trimmed.charAt(1));
      int radix = base == 'x' ? 16 : base == 'o' ? 8 : 2;
      return new java.math.BigInteger(trimmed.substring(2), radix).doubleValue();
    }
    return switch (trimmed) {
      case "Infinity", "+Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> Double.NaN;
    };
  }
}
