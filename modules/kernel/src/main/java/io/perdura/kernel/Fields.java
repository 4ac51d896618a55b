package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads a request body field by field and collects every fault, in the order in which fields are
 * asked for.
 *
 * <p>Ask for all fields first, then call {@link #throwIfInvalid()}: values read from a faulty body
 * are null and must not be used before. Rules over several fields ({@link #rule}) only apply when
 * no field was faulty, as the contract says. No coercion: a number in quotes is a string. Unknown
 * keys are ignored.
 */
public final class Fields {
  /** 8-4-4-4-12 hex digits, any case, any version or variant (contract, section 1.7). */
  public static final Pattern UUID_GRAMMAR =
      Pattern.compile(
          "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final JsonNode source;
  private final String path;
  private final List<Issue> issues;

  private Fields(JsonNode source, String path, List<Issue> issues) {
    this.source = source;
    this.path = path;
    this.issues = issues;
  }

  /** Starts reading {@code body}; a missing or non-object body is one issue with path "". */
  public static Fields of(JsonNode body) {
    List<Issue> issues = new ArrayList<>();
    if (body == null || body.isMissingNode()) {
      issues.add(new Issue("", "Required"));
    } else if (!body.isObject()) {
      issues.add(new Issue("", "Expected object, received " + typeOf(body)));
    }
    if (!issues.isEmpty()) {
      throw new InvalidRequestException(issues);
    }
    return new Fields(body, "", issues);
  }

  /** Throws when anything was wrong so far. */
  public void throwIfInvalid() {
    if (!issues.isEmpty()) {
      throw new InvalidRequestException(issues);
    }
  }

  /**
   * Adds an issue for a rule over several fields of this object unless {@code holds} or a field was
   * already faulty.
   */
  public void rule(boolean holds, String message) {
    if (!holds && issues.isEmpty()) {
      issues.add(new Issue(path, message));
    }
  }

  /** Adds an issue at a field of this object. */
  public void reject(String field, String message) {
    issues.add(new Issue(at(field), message));
  }

  public boolean has(String field) {
    return source.has(field);
  }

  /** The raw object that is being read. */
  public ObjectNode source() {
    return (ObjectNode) source;
  }

  public String optString(String field) {
    return optString(field, 1, Integer.MAX_VALUE);
  }

  /** Optional string of {@code min} to {@code max} UTF-16 units; null when absent. */
  public String optString(String field, int min, int max) {
    JsonNode value = source.get(field);
    return value == null ? null : string(field, value, min, max);
  }

  /** Required string of {@code min} to {@code max} UTF-16 units. */
  public String string(String field, int min, int max) {
    JsonNode value = required(field);
    return value == null ? null : string(field, value, min, max);
  }

  /**
   * Optional string of at least {@code min} units that may also be JSON null; null in both cases.
   */
  public String optNullableString(String field, int min) {
    JsonNode value = source.get(field);
    return value == null || value.isNull() ? null : string(field, value, min, Integer.MAX_VALUE);
  }

  /** Optional lower-case hex SHA-256. */
  public String optSha256(String field) {
    String value = optString(field, 0, Integer.MAX_VALUE);
    if (value != null && !SHA256.matcher(value).matches()) {
      reject(field, "Invalid");
      return null;
    }
    return value;
  }

  public UUID optUuid(String field) {
    JsonNode value = source.get(field);
    return value == null ? null : uuid(field, value);
  }

  public UUID uuid(String field) {
    JsonNode value = required(field);
    return value == null ? null : uuid(field, value);
  }

  /** Optional UUID that may also be JSON null. */
  public UUID optNullableUuid(String field) {
    JsonNode value = source.get(field);
    return value == null || value.isNull() ? null : uuid(field, value);
  }

  /** Optional enumeration; {@code allowed} in the contract's order. */
  public String optEnum(String field, Set<String> allowed) {
    JsonNode value = source.get(field);
    return value == null ? null : enumeration(field, value, allowed);
  }

  public String enumeration(String field, Set<String> allowed) {
    JsonNode value = source.get(field);
    if (value == null) {
      reject(field, "Required");
      return null;
    }
    return enumeration(field, value, allowed);
  }

  public boolean bool(String field, boolean fallback) {
    Boolean value = optBool(field);
    return value == null ? fallback : value;
  }

  /** Optional boolean, null when absent. */
  public Boolean optBool(String field) {
    JsonNode value = source.get(field);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      reject(field, "Expected boolean, received " + typeOf(value));
      return null;
    }
    return value.booleanValue();
  }

  /** Optional number in [min, max], null when absent. */
  public Double optNumber(String field, double min, double max) {
    JsonNode value = source.get(field);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      reject(field, "Expected number, received " + typeOf(value));
      return null;
    }
    return checkRange(field, value.doubleValue(), min, max) ? value.doubleValue() : null;
  }

  /** Optional integer in [min, max] (5.0 is an integer), null when absent. */
  public Integer optInt(String field, int min, int max) {
    JsonNode value = source.get(field);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      reject(field, "Expected number, received " + typeOf(value));
      return null;
    }
    double number = value.doubleValue();
    if (number != Math.rint(number)) {
      reject(field, "Expected integer, received float");
      return null;
    }
    return checkRange(field, number, min, max) ? (int) number : null;
  }

  public int integer(String field, int min, int max, int fallback) {
    Integer value = optInt(field, min, max);
    return value == null ? fallback : value;
  }

  /** Optional JSON object, null when absent. */
  public ObjectNode optObject(String field) {
    JsonNode value = source.get(field);
    if (value == null) {
      return null;
    }
    if (!value.isObject()) {
      reject(field, "Expected object, received " + typeOf(value));
      return null;
    }
    return (ObjectNode) value;
  }

  /**
   * Required nested object, read with the same collector of issues; null when it is missing or not
   * an object.
   */
  public Fields object(String field) {
    JsonNode value = required(field);
    if (value == null) {
      return null;
    }
    if (!value.isObject()) {
      reject(field, "Expected object, received " + typeOf(value));
      return null;
    }
    return new Fields(value, at(field), issues);
  }

  /** Optional array of objects, each read by {@code reader}; empty when absent. */
  public <T> List<T> objects(String field, Function<Fields, T> reader) {
    List<T> result = new ArrayList<>();
    JsonNode value = source.get(field);
    if (!isArray(field, value)) {
      return result;
    }
    for (int i = 0; i < value.size(); i++) {
      JsonNode item = value.get(i);
      if (item.isObject()) {
        result.add(reader.apply(new Fields(item, at(field) + "." + i, issues)));
      } else {
        issues.add(new Issue(at(field) + "." + i, "Expected object, received " + typeOf(item)));
      }
    }
    return result;
  }

  /** Optional array of strings, each of at least {@code minLength} units; null when absent. */
  public List<String> optStrings(String field, int minItems, int maxItems, int minLength) {
    JsonNode value = source.get(field);
    if (!isArray(field, value) || !sizeFits(field, value, minItems, maxItems)) {
      return null;
    }
    List<String> result = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      result.add(string(field + "." + i, value.get(i), minLength, Integer.MAX_VALUE));
    }
    return result;
  }

  /** Optional array of UUIDs; null when absent. */
  public List<UUID> optUuids(String field, int minItems, int maxItems) {
    JsonNode value = source.get(field);
    if (!isArray(field, value) || !sizeFits(field, value, minItems, maxItems)) {
      return null;
    }
    List<UUID> result = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      result.add(uuid(field + "." + i, value.get(i)));
    }
    return result;
  }

  /**
   * Optional array of JSON numbers, rounded to 32 bits; null when absent. Each must be finite as a
   * double.
   */
  public float[] optVector(String field) {
    JsonNode value = source.get(field);
    if (!isArray(field, value)) {
      return null;
    }
    float[] result = new float[value.size()];
    for (int i = 0; i < result.length; i++) {
      JsonNode item = value.get(i);
      if (!item.isNumber()) {
        issues.add(new Issue(at(field) + "." + i, "Expected number, received " + typeOf(item)));
        return null;
      }
      result[i] = (float) item.doubleValue();
    }
    return result;
  }

  /** Required array of JSON numbers. */
  public float[] vector(String field) {
    return required(field) == null ? null : optVector(field);
  }

  /** Returns the contract's name of a value's type. */
  public static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case NUMBER -> "number";
      case STRING -> "string";
      default -> "object";
    };
  }

  private JsonNode required(String field) {
    JsonNode value = source.get(field);
    if (value == null) {
      reject(field, "Required");
    }
    return value;
  }

  private String string(String field, JsonNode value, int min, int max) {
    if (!value.isTextual()) {
      reject(field, "Expected string, received " + typeOf(value));
      return null;
    }
    String text = value.textValue();
    if (text.length() < min) {
      reject(field, "String must contain at least " + min + " character(s)");
      return null;
    }
    if (text.length() > max) {
      reject(field, "String must contain at most " + max + " character(s)");
      return null;
    }
    return text;
  }

  private UUID uuid(String field, JsonNode value) {
    String text = string(field, value, 0, Integer.MAX_VALUE);
    if (text == null) {
      return null;
    }
    if (!UUID_GRAMMAR.matcher(text).matches()) {
      reject(field, "Invalid uuid");
      return null;
    }
    return UUID.fromString(text);
  }

  private String enumeration(String field, JsonNode value, Set<String> allowed) {
    String expected = "'" + String.join("' | '", allowed) + "'";
    if (!value.isTextual()) {
      reject(field, "Expected " + expected + ", received " + typeOf(value));
      return null;
    }
    if (!allowed.contains(value.textValue())) {
      reject(
          field,
          "Invalid enum value. Expected " + expected + ", received '" + value.textValue() + "'");
      return null;
    }
    return value.textValue();
  }

  private boolean checkRange(String field, double number, double min, double max) {
    if (number < min) {
      reject(field, "Number must be greater than or equal to " + EcmaNumbers.format(min));
    } else if (number > max) {
      reject(field, "Number must be less than or equal to " + EcmaNumbers.format(max));
    } else {
      return true;
    }
    return false;
  }

  private boolean isArray(String field, JsonNode value) {
    if (value != null && !value.isArray()) {
      reject(field, "Expected array, received " + typeOf(value));
    }
    return value != null && value.isArray();
  }

  private boolean sizeFits(String field, JsonNode array, int min, int max) {
    if (array.size() < min) {
      reject(field, "Array must contain at least " + min + " element(s)");
    } else if (array.size() > max) {
      reject(field, "Array must contain at most " + max + " element(s)");
    } else {
      return true;
    }
    return false;
  }

  private String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }
}
