package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of a scope that can be evaluated, best first.
 *
 * @param version names this state of the scope's rules; null before any rule was put in force
 */
record RuleSet(String version, List<Rule> rules) {
  static final RuleSet NONE = new RuleSet(null, List.of());

  /**
   * Reads what {@link RuleSetSql} selects.
   *
   * @param before the set as it was known so far: what did not change is not compiled again
   */
  static RuleSet read(
      String version, JsonNode rows, RuleSet before, Conditions compiler, int evidenceLimit) {
    Map<String, Rule.Logic> known = HashMap.newHashMap(before.rules.size());
    before.rules.forEach(rule -> known.put(rule.id(), rule.logic()));
    List<Rule> rules = new ArrayList<>(rows.size());
    for (JsonNode row : rows) {
      rules.add(rule(row, known.get(text(row, RuleSetSql.ID)), compiler, evidenceLimit));
    }
    rules.sort(Rule.BEST_FIRST);
    return new RuleSet(version, List.copyOf(rules));
  }

  private static Rule rule(JsonNode row, Rule.Logic known, Conditions compiler, int evidenceLimit) {
    JsonNode ifJson = row.get(RuleSetSql.IF);
    JsonNode then = row.get(RuleSetSql.THEN);
    JsonNode exceptions = row.get(RuleSetSql.EXCEPTIONS);
    Rule.Logic logic =
        known != null && known.isOf(ifJson, then, exceptions)
            ? known
            : Rule.Logic.of(ifJson, then, exceptions, compiler);
    int positive = row.get(RuleSetSql.POSITIVE).intValue();
    int negative = row.get(RuleSetSql.NEGATIVE).intValue();
    return new Rule(
        text(row, RuleSetSql.ID),
        "active".equals(text(row, RuleSetSql.STATE)),
        text(row, RuleSetSql.RULE_SCOPE),
        text(row, RuleSetSql.TARGET_AGENT),
        text(row, RuleSetSql.TARGET_TEAM),
        text(row, RuleSetSql.LANE),
        text(row, RuleSetSql.OWNER_AGENT),
        text(row, RuleSetSql.OWNER_TEAM),
        text(row, RuleSetSql.SUMMARY),
        text(row, RuleSetSql.COMMIT),
        positive,
        negative,
        Rank.of(row.get(RuleSetSql.META), positive, negative, logic.paths().size(), evidenceLimit),
        logic);
  }

  private static String text(JsonNode row, int column) {
    return row.get(column).textValue();
  }
}
