package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds patches into one policy, the least important first (contract, section 7.3.1). Lists of
 * tools are left out: lists never conflict, and the effective tool policy takes the place of their
 * union.
 */
final class Merge {
  private static final String TOOLS = "tool";

  private final ObjectNode policy = Jsons.object();
  private final List<Conflict> conflicts = new ArrayList<>();

  /** A value that was replaced by a different one. */
  record Conflict(String path, Rule winner) {}

  void add(Rule rule) {
    merge(policy, rule.patch().json(), "", rule);
  }

  ObjectNode policy() {
    return policy;
  }

  /** One entry for each replacement, in the order in which they happened. */
  List<Conflict> conflicts() {
    return conflicts;
  }

  private void merge(ObjectNode target, JsonNode incoming, String prefix, Rule rule) {
    for (Map.Entry<String, JsonNode> entry : incoming.properties()) {
      String key = entry.getKey();
      if (prefix.isEmpty() && key.equals(TOOLS)) {
        continue;
      }
      JsonNode value = entry.getValue();
      JsonNode current = target.get(key);
      String path = prefix.isEmpty() ? key : prefix + "." + key;
      if (current == null) {
        target.set(key, value.deepCopy());
      } else if (current.isArray() && value.isArray()) {
        unite((ArrayNode) current, value);
      } else if (current.isObject() && value.isObject()) {
        merge((ObjectNode) current, value, path, rule);
      } else {
        if (!CanonicalJson.write(current).equals(CanonicalJson.write(value))) {
          conflicts.add(new Conflict(path, rule));
        }
        target.set(key, value.deepCopy());
      }
    }
  }

  /** Makes {@code target} a list without repetition that has everything of both. */
  private static void unite(ArrayNode target, JsonNode incoming) {
    Set<String> seen = new HashSet<>();
    ArrayNode united = Jsons.array();
    for (JsonNode list : List.of(target, incoming)) {
      for (JsonNode item : list) {
        if (seen.add(CanonicalJson.write(item))) {
          united.add(item.deepCopy());
        }
      }
    }
    target.removeAll();
    target.addAll(united);
  }
}
