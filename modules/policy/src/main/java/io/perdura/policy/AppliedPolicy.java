package io.perdura.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What matching rules of one state make of a policy, and how it came about (section 7.3). */
final class AppliedPolicy {
  private static final int MOST_EXPLAINED = 50;
  private static final int MOST_LOSERS = 5;
  private static final String REASON =
      "highest score (priority > evidence > specificity); of equal scores the smaller rule id";

  private final List<Rule> ranked;
  private final List<Rule> sources;
  private final Merge merge = new Merge();
  private final ToolPolicy tools;

  /** Applies {@code ranked}: rules with a valid patch, best first. */
  AppliedPolicy(List<Rule> ranked) {
    this.ranked = ranked;
    sources = ranked.reversed();
    sources.forEach(merge::add);
    tools = new ToolPolicy(ranked);
    merge.policy().set("tool", tools.json());
  }

  ToolPolicy tools() {
    return tools;
  }

  /** The rules that were applied, in the order of merging: the last one wins. */
  List<Rule> sources() {
    return sources;
  }

  String sha256() {
    return CanonicalJson.sha256Hex(merge.policy());
  }

  /** Adds the five keys to {@code json}, each with {@code prefix}. */
  void write(ObjectNode json, String prefix) {
    json.set(prefix + "policy", merge.policy().deepCopy());
    json.set(prefix + "sources", sourcesJson());
    ArrayNode conflicts = json.putArray(prefix + "conflicts");
    merge
        .conflicts()
        .forEach(conflict ->
            conflicts
                .addObject()
                .put("path", conflict.path())
                .put("winner_rule_node_id", conflict.winner().id()));
    json.set(prefix + "conflict_explain", explained());
    json.set(prefix + "tool_explain", tools.explain());
  }

  private ArrayNode sourcesJson() {
    ArrayNode list = Jsons.array();
    for (Rule rule : sources) {
      ObjectNode one =
          list.addObject()
              .put("rule_node_id", rule.id())
              .put("state", rule.state())
              .put("commit_id", rule.commitId());
      one.set("touched_paths", ToolPolicy.texts(rule.patch().touched()));
      one.set("rank", rule.rank().json());
    }
    return list;
  }

  /** Who won each contested path in the end, and against whom. */
  private ArrayNode explained() {
    Map<String, Rule> winners = new LinkedHashMap<>();
    merge.conflicts().forEach(conflict -> winners.put(conflict.path(), conflict.winner()));
    ArrayNode list = Jsons.array();
    for (Map.Entry<String, Rule> contest : winners.entrySet()) {
      if (list.size() == MOST_EXPLAINED) {
        break;
      }
      String path = contest.getKey();
      Rule winner = contest.getValue();
      ObjectNode one = list.addObject().put("path", path);
      one.putObject("winner").put("rule_node_id", winner.id()).setAll(winner.rank().json());
      ArrayNode losers = one.putArray("losers");
      for (Rule rule : ranked) {
        if (losers.size() < MOST_LOSERS
            && !rule.id().equals(winner.id())
            && rule.patch().touched().contains(path)) {
          ObjectNode loser = losers.addObject().put("rule_node_id", rule.id());
          Figures.put(loser, "score", rule.rank().score());
        }
      }
      one.put("reason", REASON);
    }
    return list;
  }
}
