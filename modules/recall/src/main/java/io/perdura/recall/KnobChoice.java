package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How a request's knobs came about (contract, section 5.2).
 *
 * @param profile base profile, whose values fill the knobs that the request leaves out
 * @param strategy {@code recall_strategy} of the request, null when absent; with explicit knobs it
 *     is only a label
 * @param explicit true when the request names at least one knob
 * @param values the knobs themselves
 */
record KnobChoice(String profile, String strategy, boolean explicit, Knobs values) {
  static final Set<String> STRATEGIES =
      Collections.unmodifiableSet(
          new LinkedHashSet<>(Arrays.asList("local", "balanced", "global")));

  private static final List<String> NAMES =
      List.of(
          "limit",
          "neighborhood_hops",
          "max_nodes",
          "max_edges",
          "ranked_limit",
          "min_edge_weight",
          "min_edge_confidence");

  /** A knob that is null counts as absent. */
  static void dropNulls(ObjectNode source) {
    for (String name : NAMES) {
      JsonNode value = source.get(name);
      if (value != null && value.isNull()) {
        source.remove(name);
      }
    }
  }

  /** Reads the knobs; {@code strategy} null when absent or invalid. */
  static KnobChoice read(Fields fields, String strategy, String profile) {
    boolean explicit = NAMES.stream().anyMatch(fields::has);
    Knobs base =
        strategy != null && !explicit ? Knobs.ofStrategy(strategy) : Knobs.ofProfile(profile);
    Knobs values =
        new Knobs(
            fields.integer("limit", 1, 200, base.limit()),
            fields.integer("neighborhood_hops", 1, 2, base.hops()),
            fields.integer("max_nodes", 1, 200, base.maxNodes()),
            fields.integer("max_edges", 1, 100, base.maxEdges()),
            fields.integer("ranked_limit", 1, 500, base.rankedLimit()),
            orElse(fields.optNumber("min_edge_weight", 0, 1), base.minEdgeWeight()),
            orElse(fields.optNumber("min_edge_confidence", 0, 1), base.minEdgeConfidence()));
    return new KnobChoice(profile, strategy, explicit, values);
  }

  private static double orElse(Double value, double fallback) {
    return value == null ? fallback : value;
  }
}
