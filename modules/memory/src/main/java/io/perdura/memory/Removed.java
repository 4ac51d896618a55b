package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts of what an erasure removed or emptied, by table. */
final class Removed {
  private final Map<String, Long> counts = new LinkedHashMap<>();

  Removed add(String table, long rows) {
    if (rows > 0) {
      counts.merge(table, rows, Long::sum);
    }
    return this;
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.object();
    counts.forEach(json::put);
    return json;
  }
}
