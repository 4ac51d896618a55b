package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;

/**
 * Turns patterns into {@link Condition}s (contract, sections 6.1 and 6.2). Compiling never fails: a
 * pattern that makes no sense matches nothing.
 */
final class Conditions {
  private static final Pattern REDACTED =
      Pattern.compile("\\[(?:EMAIL|SSN|IP|PHONE)#[0-9a-f]{8}\\]");

  private final boolean severalOperators;

  /**
   * A compiler.
   *
   * @param severalOperators whether {@code {"$gte":1,"$lte":9}} means both, where the contract's
   *     language never matches (defect D2)
   */
  Conditions(boolean severalOperators) {
    this.severalOperators = severalOperators;
  }

  /** Compiles a rule's {@code if}; null, absent and empty match everything. */
  Condition ofIf(JsonNode pattern) {
    return pattern == null || pattern.isNull() ? Condition.ALWAYS : of(pattern);
  }

  /** Compiles a rule's {@code exceptions}; what is no array has none. */
  List<Condition> ofExceptions(JsonNode exceptions) {
    List<Condition> conditions = new ArrayList<>();
    if (exceptions != null && exceptions.isArray()) {
      exceptions.forEach(pattern -> conditions.add(of(pattern)));
    }
    return conditions;
  }

  /** Compiles one pattern. */
  Condition of(JsonNode pattern) {
    if (pattern.isArray()) {
      return seen(pattern, value -> containsAll(pattern, value));
    }
    if (!pattern.isObject()) {
      return seen(pattern, value -> JsonValues.equal(pattern, value));
    }
    JsonNode and = pattern.get("$and");
    if (and != null) {
      return and.isArray() ? all(each(and)) : Condition.NEVER;
    }
    JsonNode or = pattern.get("$or");
    if (or != null) {
      return or.isArray() ? any(each(or)) : Condition.NEVER;
    }
    JsonNode not = pattern.get("$not");
    if (not != null) {
      return not(of(not));
    }
    if (isOperators(pattern)) {
      List<Condition> operators = new ArrayList<>();
      pattern
          .properties()
          .forEach(entry -> operators.add(operator(entry.getKey(), entry.getValue())));
      return all(operators);
    }
    return members(pattern);
  }

  private boolean isOperators(JsonNode pattern) {
    if (pattern.isEmpty() || (pattern.size() > 1 && !severalOperators)) {
      return false;
    }
    for (Map.Entry<String, JsonNode> entry : pattern.properties()) {
      if (!entry.getKey().startsWith("$")) {
        return false;
      }
    }
    return true;
  }

  private List<Condition> each(JsonNode patterns) {
    List<Condition> conditions = new ArrayList<>();
    patterns.forEach(pattern -> conditions.add(of(pattern)));
    return conditions;
  }

  private static Condition all(List<Condition> conditions) {
    if (conditions.size() == 1) {
      return conditions.getFirst();
    }
    return value -> {
      for (Condition condition : conditions) {
        if (!condition.matches(value)) {
          return false;
        }
      }
      return true;
    };
  }

  private static Condition any(List<Condition> conditions) {
    return value -> {
      for (Condition condition : conditions) {
        if (condition.matches(value)) {
          return true;
        }
      }
      return false;
    };
  }

  private Condition members(JsonNode pattern) {
    List<Condition> members = new ArrayList<>();
    pattern
        .properties()
        .forEach(entry -> {
          Condition inner = of(entry.getValue());
          String key = entry.getKey();
          if (key.indexOf('.') >= 0) {
            List<String> steps = List.of(key.split("\\.", -1));
            members.add(value -> inner.matches(JsonValues.walk(value, steps)));
          } else {
            members.add(value -> inner.matches(JsonValues.get(value, key)));
          }
        });
    return all(members);
  }

  private static Condition not(Condition condition) {
    return value -> !condition.matches(value);
  }

  private static Condition among(JsonNode operand) {
    return seen(operand, value -> JsonValues.holds(operand, value));
  }

  /**
   * A comparison with an operand in which redaction may have replaced personal data when the rule
   * was written: then the value is compared as redaction would leave it, too (defect D8).
   */
  private static Condition seen(JsonNode operand, Condition plain) {
    if (!REDACTED.matcher(Jsons.text(operand)).find()) {
      return plain;
    }
    return value ->
        plain.matches(value) || (value != null && plain.matches(new Redaction(true).redact(value)));
  }

  private static boolean containsAll(JsonNode pattern, JsonNode value) {
    if (value == null || !value.isArray()) {
      return false;
    }
    for (JsonNode wanted : pattern) {
      if (!JsonValues.holds(value, wanted)) {
        return false;
      }
    }
    return true;
  }

  private static Condition operator(String name, JsonNode operand) {
    return switch (name) {
      case "$eq" -> seen(operand, value -> JsonValues.equal(operand, value));
      case "$ne" -> not(seen(operand, value -> JsonValues.equal(operand, value)));
      case "$exists" -> {
        boolean wanted = JsonValues.isTruthy(operand);
        yield value -> (value != null) == wanted;
      }
      case "$in" -> operand.isArray() ? among(operand) : Condition.NEVER;
      case "$nin" -> operand.isArray() ? not(among(operand)) : Condition.NEVER;
      case "$gt" -> compared(operand, difference -> difference > 0);
      case "$gte" -> compared(operand, difference -> difference >= 0);
      case "$lt" -> compared(operand, difference -> difference < 0);
      case "$lte" -> compared(operand, difference -> difference <= 0);
      case "$contains" -> seen(operand, value -> contains(value, operand));
      case "$regex" -> regex(operand);
      default -> Condition.NEVER;
    };
  }

  private static Condition compared(JsonNode operand, DoublePredicate holds) {
    double bound = JsonValues.number(operand);
    if (Double.isNaN(bound)) {
      return Condition.NEVER;
    }
    return value ->
        value != null && value.isNumber() && holds.test(compare(value.doubleValue(), bound));
  }

  /** Not {@link Double#compare}: to the language, 0 and -0 are the same. */
  private static int compare(double a, double b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  private static boolean contains(JsonNode value, JsonNode operand) {
    if (value == null) {
      return false;
    }
    if (value.isTextual()) {
      return operand.isTextual() && value.textValue().contains(operand.textValue());
    }
    return value.isArray() && JsonValues.holds(value, operand);
  }

  private static Condition regex(JsonNode operand) {
    if (!operand.isTextual() || !RegexGuard.accepts(operand.textValue())) {
      return Condition.NEVER;
    }
    return EcmaRegex.compile(operand.textValue())
        .<Condition>map(
            regex -> value -> value != null && value.isTextual() && regex.find(value.textValue()))
        .orElse(Condition.NEVER);
  }
}
