package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which rule wins where rules say different things, by context, state and path. */
final class RuleConflicts {
  private final Map<String, ObjectNode> byKey = new TreeMap<>();

  /** Adds what an evaluation explained. */
  void add(String context, String state, JsonNode explained) {
    for (JsonNode conflict : explained) {
      String path = conflict.get("path").textValue();
      String key = context + "|" + state + "|" + path;
      ObjectNode one =
          Jsons.object()
              .put("key", key)
              .put("context_id", context)
              .put("state", state)
              .put("path", path);
      one.set("winner", conflict.at("/winner/rule_node_id"));
      one.set("winner_score", conflict.at("/winner/score"));
      ArrayNode losers = one.putArray("losers");
      conflict.get("losers").forEach(loser -> losers.add(loser.get("rule_node_id")));
      byKey.putIfAbsent(key, one);
    }
  }

  /** Reads what an earlier report listed. */
  static RuleConflicts of(JsonNode report) {
    RuleConflicts conflicts = new RuleConflicts();
    for (JsonNode conflict : report.at("/details/conflicts")) {
      conflicts.byKey.put(conflict.get("key").textValue(), (ObjectNode) conflict);
    }
    return conflicts;
  }

  int size() {
    return byKey.size();
  }

  long count(String state) {
    return byKey.values().stream().filter(c -> c.get("state").textValue().equals(state)).count();
  }

  ArrayNode json() {
    ArrayNode list = Jsons.array();
    byKey.values().forEach(list::add);
    return list;
  }

  String fingerprint() {
    ArrayNode list = Jsons.array();
    for (ObjectNode conflict : byKey.values()) {
      ObjectNode one = list.addObject();
      one.set("key", conflict.get("key"));
      one.set("winner", conflict.get("winner"));
      one.set("losers", conflict.get("losers"));
    }
    return CanonicalJson.sha256Hex(list);
  }

  /** What is different from an earlier report. */
  ObjectNode since(RuleConflicts before) {
    ObjectNode delta = Jsons.object();
    ArrayNode fresh = delta.putArray("new_conflicts");
    ArrayNode resolved = delta.putArray("resolved_conflicts");
    ArrayNode winners = delta.putArray("winner_changes");
    ArrayNode losers = delta.putArray("loser_deltas");
    byKey.forEach((key, conflict) -> {
      ObjectNode old = before.byKey.get(key);
      if (old == null) {
        fresh.add(key);
        return;
      }
      if (!old.get("winner").equals(conflict.get("winner"))) {
        ObjectNode change = winners.addObject().put("key", key);
        change.set("from", old.get("winner"));
        change.set("to", conflict.get("winner"));
      }
      Set<String> was = texts(old.get("losers"));
      Set<String> is = texts(conflict.get("losers"));
      if (!was.equals(is)) {
        ObjectNode change = losers.addObject().put("key", key);
        is.stream().filter(id -> !was.contains(id)).forEach(change.putArray("added")::add);
        was.stream().filter(id -> !is.contains(id)).forEach(change.putArray("removed")::add);
      }
    });
    before.byKey.keySet().stream().filter(key -> !byKey.containsKey(key)).forEach(resolved::add);
    return delta;
  }

  private static Set<String> texts(JsonNode list) {
    Set<String> texts = new TreeSet<>();
    list.forEach(text -> texts.add(text.textValue()));
    return texts;
  }
}
