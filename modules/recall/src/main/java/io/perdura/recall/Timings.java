package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** How long each stage of one recall took. Not thread-safe. */
final class Timings {
  /**
   * The stages, in the order and under the names of {@code observability.stage_timings_ms}. Edges
   * and nodes come in one round trip, counted under edges; reading rows counts under nodes.
   */
  enum Stage {
    STAGE1_CANDIDATES_ANN,
    STAGE1_CANDIDATES_EXACT_FALLBACK,
    STAGE2_EDGES,
    STAGE2_NODES,
    STAGE2_SPREAD,
    STAGE3_CONTEXT,
    RULE_DEFS,
    AUDIT_INSERT,
    DEBUG_EMBEDDINGS;

    /** Returns the name used in answers and metrics, without the unit. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);

  /** Runs {@code work} and adds its time to {@code stage}. */
  <T> T time(Stage stage, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      nanos.merge(stage, System.nanoTime() - start, Long::sum);
    }
  }

  long nanos(Stage stage) {
    return nanos.getOrDefault(stage, 0L);
  }

  /** Returns the sum of some stages in milliseconds. */
  double millis(Stage... stages) {
    long sum = 0;
    for (Stage stage : stages) {
      sum += nanos(stage);
    }
    return Figures.millis(sum);
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.object();
    for (Stage stage : Stage.values()) {
      json.set(stage.label() + "_ms", Figures.number(millis(stage)));
    }
    return json;
  }

  /** Returns the stages that ran. */
  Map<Stage, Long> ran() {
    Map<Stage, Long> ran = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      if (nanos(stage) > 0) {
        ran.put(stage, nanos(stage));
      }
    }
    return ran;
  }
}
