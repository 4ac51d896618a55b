package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what the rule language takes and hardly anybody means (defect D2): told when a rule is put
 * in force, never refused.
 */
final class RuleLint {
  private static final List<String> LOGIC = List.of("$and", "$or", "$not");
  private static final Set<String> OPERATORS =
      Set.of(
          "$eq",
          "$ne",
          "$exists",
          "$in",
          "$nin",
          "$gt",
          "$gte",
          "$lt",
          "$lte",
          "$contains",
          "$regex");
  private static final Set<String> WITH_LIST = Set.of("$in", "$nin", "$and", "$or");

  private final ArrayNode warnings = Jsons.array();
  private final boolean severalOperators;

  private RuleLint(boolean severalOperators) {
    this.severalOperators = severalOperators;
  }

  /** Returns {@code [{path, code, message}]}. */
  static ArrayNode warnings(JsonNode ifJson, JsonNode exceptions, boolean severalOperators) {
    RuleLint lint = new RuleLint(severalOperators);
    lint.look("if", ifJson);
    for (int i = 0; i < exceptions.size(); i++) {
      String path = "exceptions." + i;
      if (exceptions.get(i).isObject() && exceptions.get(i).isEmpty()) {
        lint.warn(
            path, "exception_always_applies", "an empty exception disables the rule for good");
      }
      lint.look(path, exceptions.get(i));
    }
    return lint.warnings;
  }

  private void look(String path, JsonNode pattern) {
    if (!pattern.isObject()) {
      return;
    }
    String logic = LOGIC.stream().filter(pattern::has).findFirst().orElse(null);
    if (logic != null) {
      if (pattern.size() > 1) {
        warn(path, "keys_ignored", "beside " + logic + " every other key of the object is ignored");
      }
      lookInLogic(path + "." + logic, logic, pattern.get(logic));
      return;
    }
    long operators = 0;
    for (Map.Entry<String, JsonNode> entry : pattern.properties()) {
      operators += entry.getKey().startsWith("$") ? 1 : 0;
    }
    if (operators > 0 && pattern.size() > 1 && !(severalOperators && operators == pattern.size())) {
      warn(path, "never_matches", "an object holds one operator and nothing else; use $and");
      return;
    }
    for (Map.Entry<String, JsonNode> entry : pattern.properties()) {
      String inner = path + "." + entry.getKey();
      if (entry.getKey().startsWith("$")) {
        lookAtOperator(inner, entry.getKey(), entry.getValue());
      } else {
        look(inner, entry.getValue());
      }
    }
  }

  private void lookInLogic(String path, String logic, JsonNode operand) {
    if (logic.equals("$not")) {
      look(path, operand);
    } else if (!operand.isArray()) {
      warn(path, "never_matches", logic + " takes an array");
    } else {
      for (int i = 0; i < operand.size(); i++) {
        look(path + "." + i, operand.get(i));
      }
    }
  }

  private void lookAtOperator(String path, String operator, JsonNode operand) {
    if (!OPERATORS.contains(operator)) {
      warn(path, "never_matches", "there is no operator " + operator);
    } else if (WITH_LIST.contains(operator) && !operand.isArray()) {
      warn(path, "never_matches", operator + " takes an array");
    } else if (operator.equals("$regex")
        && (!operand.isTextual()
            || !RegexGuard.accepts(operand.textValue())
            || EcmaRegex.compile(operand.textValue()).isEmpty())) {
      warn(path, "never_matches", "the pattern is not one that $regex takes");
    }
  }

  private void warn(String path, String code, String message) {
    warnings.addObject().put("path", path).put("code", code).put("message", message);
  }
}
