package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.List;

/** The context as data: {@code context.items} and {@code context.citations} (section 5.6). */
final class ContextItems {
  private ContextItems() {}

  static ArrayNode items(Picks picks) {
    ArrayNode items = Jsons.array();
    for (LoadedNode node : picks.all()) {
      ObjectNode item = items.addObject().put("kind", node.type).put("node_id", node.id.toString());
      switch (node.type) {
        case "event", "evidence" -> {
          putIfPresent(item, "summary", node.summary);
          item.put("raw_ref", node.rawRef).put("evidence_ref", node.evidenceRef);
        }
        case "rule" -> addRule(item, node);
        default -> {
          putIfPresent(item, "title", node.title);
          putIfPresent(item, "summary", node.summary);
        }
      }
      item.put("commit_id", node.commitId.toString());
    }
    return items;
  }

  static ArrayNode citations(List<LoadedNode> picked) {
    ArrayNode citations = Jsons.array();
    for (LoadedNode node : picked) {
      citations
          .addObject()
          .put("node_id", node.id.toString())
          .put("commit_id", node.commitId.toString())
          .put("raw_ref", node.rawRef)
          .put("evidence_ref", node.evidenceRef);
    }
    return citations;
  }

  private static void addRule(ObjectNode item, LoadedNode node) {
    LoadedNode.RuleDef rule = node.rule;
    item.put("state", rule.state())
        .put("rule_scope", rule.ruleScope())
        .put("target_agent_id", rule.targetAgentId())
        .put("target_team_id", rule.targetTeamId());
    putIfPresent(item, "summary", node.summary);
    item.set("if_json", rule.ifJson());
    item.set("then_json", rule.thenJson());
    item.set("exceptions_json", rule.exceptionsJson());
    item.putObject("stats").put("positive", rule.positive()).put("negative", rule.negative());
  }

  private static void putIfPresent(ObjectNode item, String key, String value) {
    if (value != null) {
      item.put(key, value);
    }
  }
}
