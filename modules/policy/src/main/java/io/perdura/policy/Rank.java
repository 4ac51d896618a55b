package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * How much a rule counts (contract, section 6.6).
 *
 * @param evidence positive less negative feedback
 */
record Rank(double score, int evidence, int priority, double weight, int specificity) {
  private static final int MOST_PRIORITY = 100;
  private static final double MOST_WEIGHT = 2;
  private static final int PER_PRIORITY = 1000;
  private static final int PER_EVIDENCE = 100;

  /**
   * Computes a rank.
   *
   * @param slots the rule node's slots
   * @param evidenceLimit evidence that counts at most, either way; 0 = any
   */
  static Rank of(JsonNode slots, int positive, int negative, int specificity, int evidenceLimit) {
    int priority = priority(meta(slots, "priority"));
    double weight = weight(meta(slots, "weight"));
    int evidence = positive - negative;
    int counted =
        evidenceLimit == 0 ? evidence : Math.clamp(evidence, -evidenceLimit, evidenceLimit);
    double score = priority * PER_PRIORITY + counted * PER_EVIDENCE * weight + specificity;
    return new Rank(score, evidence, priority, weight, specificity);
  }

  /** {@code rule_meta.<key>}, else {@code <key>}; null when neither says anything. */
  private static JsonNode meta(JsonNode slots, String key) {
    JsonNode own = slots.path("rule_meta").get(key);
    JsonNode value = own == null || own.isNull() ? slots.get(key) : own;
    return value == null || value.isNull() ? null : value;
  }

  private static int priority(JsonNode value) {
    double number = JsonValues.number(value);
    if (!Double.isFinite(number)) {
      return 0;
    }
    return (int) Math.clamp((long) number, (long) -MOST_PRIORITY, (long) MOST_PRIORITY);
  }

  private static double weight(JsonNode value) {
    double number = JsonValues.number(value);
    return Double.isFinite(number) ? Math.clamp(number, 0, MOST_WEIGHT) : 1;
  }

  /** The five figures. */
  ObjectNode json() {
    ObjectNode json = Jsons.object();
    Figures.put(json, "score", score);
    json.put("evidence_score", evidence).put("priority", priority);
    return Figures.put(json, "weight", weight).put("specificity", specificity);
  }
}
