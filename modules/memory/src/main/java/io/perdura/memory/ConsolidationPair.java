package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.Set;
import java.util.UUID;

/**
 * Two nodes that may be one.
 *
 * @param canonical the one that stays
 */
record ConsolidationPair(
    Item canonical,
    Item duplicate,
    double vector,
    double lexical,
    Set<String> shared,
    ConsolidationWords.Conflict conflict) {
  static final String PROTOCOL = "consolidation_candidate_v1";

  /** Best first; the key makes the order the same each time. */
  static final Comparator<ConsolidationPair> BEST_FIRST =
      Comparator.comparingDouble(ConsolidationPair::score)
          .thenComparingDouble(ConsolidationPair::vector)
          .reversed()
          .thenComparing(ConsolidationPair::key);

  /** The more salient, then the older, then the one with the smaller id stays. */
  static final Comparator<Item> CANONICAL_FIRST =
      Comparator.comparingDouble(Item::salience)
          .reversed()
          .thenComparing(Item::createdAt)
          .thenComparing(item -> item.id().toString());

  private static final double VECTOR_WEIGHT = 0.8;
  private static final double WORDS_WEIGHT = 0.2;

  /** A node that was compared. */
  record Item(
      UUID id,
      String type,
      String title,
      String summary,
      double salience,
      OffsetDateTime createdAt,
      Set<String> tokens) {
    private ObjectNode json(boolean withSummary) {
      ObjectNode json = Jsons.object().put("id", id.toString()).put("title", title);
      if (withSummary) {
        json.put("text_summary", summary);
      }
      Numbers.put(json, "salience", JobState.rounded(salience));
      return json.put("created_at", Timestamps.iso(createdAt.toInstant()));
    }
  }

  double score() {
    return VECTOR_WEIGHT * vector + WORDS_WEIGHT * lexical;
  }

  String key() {
    String a = canonical.id.toString();
    String b = duplicate.id.toString();
    return (a.compareTo(b) < 0 ? a + "|" + b : b + "|" + a) + "|" + canonical.type;
  }

  ObjectNode suggestion(boolean withSummary) {
    ObjectNode json = Jsons.object().put("pair_key", key()).put("type", canonical.type);
    putScores(json)
        .put("canonical_id", canonical.id.toString())
        .put("duplicate_id", duplicate.id.toString());
    json.set("canonical", canonical.json(withSummary));
    json.set("duplicate", duplicate.json(withSummary));
    ObjectNode evidence = json.putObject("evidence");
    shared.forEach(evidence.putArray("shared_tokens")::add);
    evidence.putArray("reasons").add("vectors are similar").add("score is high enough");
    json.set("conflict", conflict.json());
    return json;
  }

  ObjectNode candidate() {
    ObjectNode json =
        Jsons.object()
            .put("protocol_version", PROTOCOL)
            .put("pair_key", key())
            .put("node_type", canonical.type);
    json.putObject("pair")
        .put("canonical_id", canonical.id.toString())
        .put("duplicate_id", duplicate.id.toString());
    ObjectNode evidence = putScores(json.putObject("evidence"));
    shared.forEach(evidence.putArray("shared_tokens")::add);
    evidence.set("conflict", conflict.json());
    return json;
  }

  private ObjectNode putScores(ObjectNode json) {
    Numbers.put(json, "score", JobState.rounded(score()));
    Numbers.put(json, "vector_similarity", JobState.rounded(vector));
    return Numbers.put(json, "lexical_similarity", JobState.rounded(lexical));
  }
}
