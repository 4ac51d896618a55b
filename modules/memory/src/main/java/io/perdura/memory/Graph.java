package io.perdura.memory;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** The graph's vocabulary, each set in the order in which the contract lists it. */
public final class Graph {
  public static final Set<String> NODE_TYPES =
      ordered("event", "entity", "topic", "rule", "evidence", "concept", "procedure", "self_model");
  public static final Set<String> EDGE_TYPES = ordered("part_of", "related_to", "derived_from");
  public static final Set<String> TIERS = ordered("hot", "warm", "cold", "archive");
  public static final Set<String> LANES = ordered("private", "shared");

  private Graph() {}

  private static Set<String> ordered(String... values) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(values)));
  }
}
