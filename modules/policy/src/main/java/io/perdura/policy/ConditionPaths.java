package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** The paths that a condition asks about: their number is its specificity (contract, 6.5). */
final class ConditionPaths {
  private final SortedSet<String> paths = new TreeSet<>();

  private ConditionPaths() {}

  /** Returns the distinct paths, sorted. */
  static List<String> of(JsonNode pattern) {
    ConditionPaths collected = new ConditionPaths();
    if (pattern != null) {
      collected.collect("", pattern);
    }
    return List.copyOf(collected.paths);
  }

  private void collect(String prefix, JsonNode pattern) {
    if (pattern.isNull()) {
      return;
    }
    if (!pattern.isObject() || pattern.isEmpty()) {
      add(prefix);
      return;
    }
    for (Map.Entry<String, JsonNode> entry : pattern.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (key.equals("$not")) {
        collect(prefix, value);
      } else if ((key.equals("$and") || key.equals("$or")) && value.isArray()) {
        value.forEach(child -> collect(prefix, child));
      } else if (key.startsWith("$")) {
        add(prefix);
      } else {
        collect(prefix.isEmpty() ? key : prefix + "." + key, value);
      }
    }
  }

  private void add(String path) {
    if (!path.isEmpty()) {
      paths.add(path);
    }
  }
}
