package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How duplicates are looked for.
 *
 * @param maxNodes nodes of those types that anchors are compared with, the newest changed first
 */
record ConsolidationOptions(
    Set<String> types,
    int maxAnchors,
    int neighbors,
    int maxNodes,
    double minVector,
    double minScore,
    int maxPairs,
    int minSharedTokens,
    double negationLexicalMin) {
  /** The parameters of the search. */
  static final Set<String> NAMES =
      Set.of(
          "types",
          "max-anchors",
          "neighbors-per-node",
          "max-nodes",
          "min-vector",
          "min-score",
          "max-pairs",
          "conflict-min-shared-tokens",
          "conflict-negation-lexical-min");

  private static final Set<String> KNOWN =
      Set.of("topic", "concept", "entity", "procedure", "self_model");
  private static final int MOST_PAIRS = 5_000;

  /** The scope's parameters, then those of the search, then {@code more}. */
  static JobParameter[] parameters(Settings settings, JobParameter... more) {
    List<JobParameter> all = new ArrayList<>();
    all.add(ScopeParameters.scope());
    all.add(ScopeParameters.tenant());
    all.add(
        JobParameter.text(
            "types",
            "topic,concept,entity",
            "Types of nodes that are compared, each with its own: topic, concept, entity, procedure, self_model."));
    all.add(
        whole(
            "max-anchors",
            JobState.fallback(settings, LifecycleSettings.MEMORY_CONSOLIDATION_MAX_ANCHORS),
            2_000,
            "Nodes whose neighbours are looked for, the newest changed first."));
    all.add(
        whole(
            "neighbors-per-node",
            JobState.fallback(settings, LifecycleSettings.MEMORY_CONSOLIDATION_NEIGHBORS_PER_NODE),
            50,
            "Neighbours of each anchor that are looked at."));
    all.add(
        whole(
            "max-nodes",
            20_000,
            1_000_000,
            "Nodes that every anchor is compared with, the newest changed first; time grows with anchors times nodes."));
    all.add(
        JobParameter.ratio(
            "min-vector",
            JobState.fallback(settings, LifecycleSettings.MEMORY_CONSOLIDATION_MIN_VECTOR_SIM),
            0,
            1,
            "Least similarity of the vectors of a pair."));
    all.add(
        JobParameter.ratio(
            "min-score",
            JobState.fallback(settings, LifecycleSettings.MEMORY_CONSOLIDATION_MIN_SCORE),
            0,
            1,
            "Least score of a pair: 0.8 of the vectors' similarity and 0.2 of the words'."));
    all.add(
        whole(
            "max-pairs",
            JobState.fallback(settings, LifecycleSettings.MEMORY_CONSOLIDATION_MAX_PAIRS),
            MOST_PAIRS,
            "Pairs that are suggested, the best first."));
    all.add(
        whole(
            "conflict-min-shared-tokens",
            JobState.fallback(
                settings, LifecycleSettings.MEMORY_CONSOLIDATION_CONFLICT_MIN_SHARED_TOKENS),
            8,
            "Words of content that two texts share before they can contradict each other."));
    all.add(
        JobParameter.ratio(
            "conflict-negation-lexical-min",
            JobState.fallback(
                settings, LifecycleSettings.MEMORY_CONSOLIDATION_CONFLICT_NEGATION_LEXICAL_MIN),
            0,
            1,
            "Least similarity of the words where only one of two texts is negated."));
    all.addAll(Arrays.asList(more));
    return all.toArray(JobParameter[]::new);
  }

  private static JobParameter whole(String name, int fallback, int most, String purpose) {
    return JobParameter.number(name, (long) fallback, 1, most, purpose);
  }

  /** Checks what one parameter cannot. */
  static Consumer<JobParameters> check(Settings settings) {
    return given -> {
      ScopeParameters.of(given, settings);
      types(given);
    };
  }

  private static Set<String> types(JobParameters given) {
    List<String> types = new ArrayList<>();
    for (String type : given.required("types").split(",", -1)) {
      if (!KNOWN.contains(type.trim())) {
        throw new IllegalArgumentException(
            "types must be of topic, concept, entity, procedure, self_model, not '"
                + type.trim()
                + "'");
      }
      types.add(type.trim());
    }
    return Set.copyOf(types);
  }

  static ConsolidationOptions of(JobParameters given) {
    return new ConsolidationOptions(
        types(given),
        (int) given.number("max-anchors"),
        (int) given.number("neighbors-per-node"),
        (int) given.number("max-nodes"),
        given.ratio("min-vector"),
        given.ratio("min-score"),
        (int) given.number("max-pairs"),
        (int) given.number("conflict-min-shared-tokens"),
        given.ratio("conflict-negation-lexical-min"));
  }

  ObjectNode json() {
    ObjectNode json = Jsons.object();
    types.stream().sorted().forEach(json.putArray("types")::add);
    json.put("max_anchors", maxAnchors)
        .put("neighbors_per_node", neighbors)
        .put("max_nodes", maxNodes)
        .put("max_pairs", maxPairs)
        .put("conflict_min_shared_tokens", minSharedTokens);
    Numbers.put(json, "min_vector", minVector);
    Numbers.put(json, "min_score", minScore);
    return Numbers.put(json, "conflict_negation_lexical_min", negationLexicalMin);
  }
}
