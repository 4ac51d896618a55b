package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * The seven recall knobs (contract, section 5.1): how many seeds, how far and how wide the graph is
 * followed, and how good an edge must be.
 *
 * @param limit seeds, 1 to 200
 * @param hops steps from the seeds, 1 or 2
 * @param maxNodes nodes of the returned subgraph
 * @param maxEdges edges of the returned subgraph
 * @param rankedLimit entries of {@code ranked}
 * @param minEdgeWeight edges below it are not followed, 0 to 1
 * @param minEdgeConfidence edges below it are not followed, 0 to 1
 */
record Knobs(
    int limit,
    int hops,
    int maxNodes,
    int maxEdges,
    int rankedLimit,
    double minEdgeWeight,
    double minEdgeConfidence) {

  static final Knobs LEGACY = new Knobs(30, 2, 50, 100, 100, 0, 0);
  static final Knobs STRICT_EDGES = new Knobs(24, 2, 60, 80, 140, 0.2, 0.2);
  static final Knobs QUALITY_FIRST = new Knobs(30, 2, 80, 100, 180, 0.05, 0.05);
  static final Knobs LITE = new Knobs(12, 1, 24, 24, 48, 0.25, 0.25);
  static final Knobs LOCAL = new Knobs(16, 1, 32, 40, 80, 0.2, 0.2);

  /** Returns the knobs of a profile name. */
  static Knobs ofProfile(String profile) {
    return switch (profile) {
      case "legacy" -> LEGACY;
      case "strict_edges" -> STRICT_EDGES;
      case "quality_first" -> QUALITY_FIRST;
      case "lite" -> LITE;
      default -> throw new IllegalArgumentException("unknown recall profile " + profile);
    };
  }

  /** Returns the knobs of a strategy name. */
  static Knobs ofStrategy(String strategy) {
    return switch (strategy) {
      case "local" -> LOCAL;
      case "balanced" -> STRICT_EDGES;
      case "global" -> QUALITY_FIRST;
      default -> throw new IllegalArgumentException("unknown recall strategy " + strategy);
    };
  }

  /** Returns what {@code trajectory.strategy} says when the request names no strategy. */
  String strategyLabel() {
    return equals(LOCAL) ? "local" : equals(QUALITY_FIRST) ? "global" : "balanced";
  }

  /** Never more nodes, edges and steps than {@code cap}, never worse edges. */
  Knobs cappedBy(Knobs cap) {
    return new Knobs(
        Math.min(limit, cap.limit),
        Math.min(hops, cap.hops),
        Math.min(maxNodes, cap.maxNodes),
        Math.min(maxEdges, cap.maxEdges),
        Math.min(rankedLimit, cap.rankedLimit),
        Math.max(minEdgeWeight, cap.minEdgeWeight),
        Math.max(minEdgeConfidence, cap.minEdgeConfidence));
  }

  /** Seed candidates that are asked for, so that enough are left after the filters of stage 1. */
  int oversample() {
    return Math.max(limit, Math.min(1000, 5 * limit));
  }

  /** Edges that stage 2 keeps. */
  int edgeBudget() {
    return Math.min(1000, 5 * maxEdges);
  }

  /** Edges that one hop keeps on either side. */
  int hopBudget() {
    return Math.clamp(edgeBudget(), 50, 500);
  }

  /** Nodes that stage 2 loads. */
  int nodeBudget() {
    return Math.min(800, 4 * maxNodes);
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.object();
    json.put("limit", limit)
        .put("neighborhood_hops", hops)
        .put("max_nodes", maxNodes)
        .put("max_edges", maxEdges)
        .put("ranked_limit", rankedLimit);
    json.set("min_edge_weight", Figures.number(minEdgeWeight));
    json.set("min_edge_confidence", Figures.number(minEdgeConfidence));
    return json;
  }
}
