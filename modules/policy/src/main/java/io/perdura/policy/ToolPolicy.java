package io.perdura.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What the matching rules together say about tools, and why (contract, section 7.3.2). */
final class ToolPolicy {
  private static final int LONGEST_SUMMARY = 200;
  private static final int MOST_SUMMARIES = 5;

  private final List<Rule> rules;

  /** Null when no rule states an allow-list; empty when those that do have no tool in common. */
  private final List<String> allow;

  private final Map<String, String> denyWinners = new LinkedHashMap<>();
  private final Map<String, String> preferWinners = new LinkedHashMap<>();
  private final List<Conflict> conflicts = new ArrayList<>();

  private record Conflict(String code, String message, ArrayNode details, String winner) {}

  /** Combines {@code ranked}: rules with a valid patch, best first. */
  ToolPolicy(List<Rule> ranked) {
    rules = ranked.stream().filter(rule -> rule.patch().hasTools()).toList();
    for (Rule rule : rules) {
      rule.patch().deny().forEach(tool -> denyWinners.putIfAbsent(tool, rule.id()));
      rule.patch().prefer().forEach(tool -> preferWinners.putIfAbsent(tool, rule.id()));
    }
    allow = intersection();
    findPreferConflict();
  }

  private List<String> intersection() {
    List<Rule> stating = rules.stream().filter(rule -> !rule.patch().allow().isEmpty()).toList();
    if (stating.isEmpty()) {
      return null;
    }
    List<String> common = new ArrayList<>(stating.getFirst().patch().allow());
    stating.forEach(rule -> common.retainAll(rule.patch().allow()));
    common.sort(RootOrder.INSTANCE);
    ArrayNode details =
        details(stating, (rule, json) -> json.put("allow_n", rule.patch().allow().size()));
    conflicts.add(
        new Conflict(
            "allow_intersection",
            stating.size() + " rule(s) state an allow-list; tools must be on all of them",
            details,
            null));
    if (common.isEmpty()) {
      conflicts.add(
          new Conflict(
              "allow_intersection_empty",
              "the allow-lists have no tool in common: nothing is allowed",
              details,
              null));
    }
    return common;
  }

  private void findPreferConflict() {
    List<Rule> stating = rules.stream().filter(rule -> !rule.patch().prefer().isEmpty()).toList();
    long choices =
        stating.stream().map(rule -> rule.patch().prefer().getFirst()).distinct().count();
    if (choices > 1) {
      conflicts.add(
          new Conflict(
              "prefer_competing_top_choice",
              "rules prefer different tools; the one with the highest score wins",
              details(
                  stating,
                  (rule, json) -> json.put("first_prefer", rule.patch().prefer().getFirst())),
              stating.getFirst().id()));
    }
  }

  private static ArrayNode details(List<Rule> stating, BiConsumer<Rule, ObjectNode> more) {
    ArrayNode details = Jsons.array();
    for (Rule rule : stating) {
      ObjectNode json = details.addObject().put("rule_node_id", rule.id());
      more.accept(rule, Figures.put(json, "score", rule.rank().score()));
    }
    return details;
  }

  /** True when at least one rule states an allow-list. */
  boolean restricts() {
    return allow != null;
  }

  List<String> allow() {
    return allow == null ? List.of() : allow;
  }

  List<String> deny() {
    return denyWinners.keySet().stream().sorted(RootOrder.INSTANCE).toList();
  }

  /** Best first. */
  List<String> prefer() {
    return List.copyOf(preferWinners.keySet());
  }

  /** The {@code tool} part of the policy. */
  ObjectNode json() {
    ObjectNode json = Jsons.object();
    if (restricts()) {
      json.set("allow", texts(allow));
    }
    if (!denyWinners.isEmpty()) {
      json.set("deny", texts(deny()));
    }
    if (!preferWinners.isEmpty()) {
      json.set("prefer", texts(prefer()));
    }
    return json;
  }

  ObjectNode explain() {
    ObjectNode json = Jsons.object();
    json.putArray("notes")
        .add(
            rules.isEmpty()
                ? "no matching rule says anything about tools"
                : "a tool must be on every allow-list and on no deny-list; preferences count by score, then by rule id");
    ArrayNode contributions = json.putArray("contributions");
    for (Rule rule : rules) {
      PolicyPatch patch = rule.patch();
      ObjectNode one = contributions.addObject().put("rule_node_id", rule.id());
      one.setAll(rule.rank().json());
      one.put("allow_n", patch.allow().size())
          .put("deny_n", patch.deny().size())
          .put("prefer_n", patch.prefer().size())
          .put("first_prefer", patch.prefer().isEmpty() ? null : patch.prefer().getFirst());
    }
    ObjectNode winners = json.putObject("winners");
    ObjectNode prefer = winners.putObject("prefer_by_tool");
    preferWinners.forEach(prefer::put);
    ObjectNode deny = winners.putObject("deny_by_tool");
    denyWinners.forEach(deny::put);
    ArrayNode list = json.putArray("conflicts");
    for (Conflict conflict : conflicts) {
      ObjectNode one = list.addObject().put("code", conflict.code).put("message", conflict.message);
      one.set("details", conflict.details.deepCopy());
      one.put("winner_rule_node_id", conflict.winner);
    }
    return json;
  }

  /** The conflicts in a line each. */
  ArrayNode summary() {
    ArrayNode summary = Jsons.array();
    for (Conflict conflict : conflicts) {
      String line = "[" + conflict.code + "] " + conflict.message;
      if (conflict.winner != null) {
        line += " (winner=" + conflict.winner + ")";
      }
      if (summary.size() < MOST_SUMMARIES) {
        summary.add(
            line.length() > LONGEST_SUMMARY
                ? line.substring(0, LONGEST_SUMMARY - 3) + "..."
                : line);
      }
    }
    return summary;
  }

  static ArrayNode texts(Iterable<String> texts) {
    ArrayNode list = Jsons.array();
    texts.forEach(list::add);
    return list;
  }
}
