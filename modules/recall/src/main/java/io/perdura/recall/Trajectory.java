package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.recall.Timings.Stage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What each layer of a recall found, and what made it drop the rest (contract, section 5.10). The
 * figures are real ones whether or not the caller asked for debug.
 */
final class Trajectory {
  private final Set<String> reasons = new LinkedHashSet<>();
  private final Outcome outcome;
  private final Knobs knobs;

  private Trajectory(Outcome outcome) {
    this.outcome = outcome;
    this.knobs = outcome.adaptive.knobs();
  }

  static ObjectNode of(Outcome outcome, String strategy) {
    Trajectory trajectory = new Trajectory(outcome);
    ObjectNode json = Jsons.object();
    json.put("strategy", strategy != null ? strategy : trajectory.knobs.strategyLabel());
    ArrayNode layers = json.putArray("layers");
    layers.add(trajectory.seeds());
    layers.add(trajectory.expansion());
    layers.add(trajectory.context());
    json.set("budgets", trajectory.knobs.toJson());
    trajectory.reasons.forEach(json.putArray("pruned_reasons")::add);
    return json;
  }

  private ObjectNode seeds() {
    Stage1 stage1 = outcome.stage1;
    List<String> pruned = new ArrayList<>();
    if (stage1.seeds() == 0) {
      pruned.add("seed_empty");
      if (stage1.fallbackAttempted()) {
        pruned.add("exact_fallback_empty");
      }
    } else if (stage1.fallbackAttempted() && stage1.annSeeds() == 0) {
      pruned.add("ann_empty_recovered_by_exact_fallback");
    }
    ObjectNode json =
        Jsons.object()
            .put("level", "L0")
            .put("name", "seed_candidates")
            .put("hits", stage1.seeds())
            .put("ann_seed_candidates", stage1.annSeeds())
            .put("mode", stage1.mode())
            .put("exact_fallback_attempted", stage1.fallbackAttempted());
    return finish(
        json,
        outcome.timings.millis(Stage.STAGE1_CANDIDATES_ANN, Stage.STAGE1_CANDIDATES_EXACT_FALLBACK),
        pruned);
  }

  private ObjectNode expansion() {
    int nodes = outcome.subgraph.nodes().size();
    int edges = outcome.subgraph.edges().size();
    int droppedNodes = Math.max(0, outcome.loadedNodes() - nodes);
    int droppedEdges = Math.max(0, outcome.loadedEdges() - edges);
    List<String> pruned = new ArrayList<>();
    if (droppedNodes > 0 && nodes >= knobs.maxNodes()) {
      pruned.add("max_nodes_cap");
    }
    if (droppedEdges > 0 && edges >= knobs.maxEdges()) {
      pruned.add("max_edges_cap");
    }
    if (knobs.minEdgeWeight() > 0 || knobs.minEdgeConfidence() > 0) {
      pruned.add("edge_quality_thresholds_active");
    }
    if (nodes == 0 && outcome.stage1.seeds() > 0) {
      pruned.add("seed_visibility_or_state_filtered");
    }
    ObjectNode json =
        Jsons.object()
            .put("level", "L1")
            .put("name", "graph_expansion")
            .put("hits", nodes)
            .put("edges", edges)
            .put("candidate_nodes", outcome.loadedNodes())
            .put("candidate_edges", outcome.loadedEdges())
            .put("dropped_nodes", droppedNodes)
            .put("dropped_edges", droppedEdges);
    return finish(
        json,
        outcome.timings.millis(Stage.STAGE2_EDGES, Stage.STAGE2_NODES, Stage.STAGE2_SPREAD),
        pruned);
  }

  private ObjectNode context() {
    int chars = outcome.context.text().length();
    List<String> pruned = new ArrayList<>();
    if (chars == 0) {
      pruned.add(
          outcome.subgraph.nodes().isEmpty()
              ? "context_empty_no_nodes"
              : "context_empty_after_compaction_or_missing_text");
    }
    ObjectNode json =
        Jsons.object()
            .put("level", "L2")
            .put("name", "context_assembly")
            .put("context_chars", chars);
    return finish(json, outcome.timings.millis(Stage.STAGE3_CONTEXT), pruned);
  }

  private ObjectNode finish(ObjectNode layer, double millis, List<String> pruned) {
    layer.set("duration_ms", Figures.number(millis));
    pruned.forEach(layer.putArray("pruned_reasons")::add);
    reasons.addAll(pruned);
    return layer;
  }
}
