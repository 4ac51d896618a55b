package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Timestamps;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * The summary of one topic: what it says follows from its sources alone.
 *
 * @param owner who may see it: nobody who may not see every source
 * @param sources newest first
 */
record Rollup(
    UUID id, TopicRow topic, Topic.Owner owner, List<Source> sources, String title, String text) {
  private static final int TITLE_LENGTH = 180;
  private static final int LABEL_LENGTH = 80;
  private static final int POINT_LENGTH = 110;
  private static final int POINTS = 4;
  private static final int CITATIONS = 10;

  /**
   * A topic that is summed up.
   *
   * @param events how many new ones it has
   */
  record TopicRow(UUID id, String title, Topic.Owner owner, String model, long events) {
    UUID summaryId(String scopeKey) {
      return StableIds.uuid(scopeKey + ":compression:topic:" + id);
    }
  }

  /** An event that is summed up; everything but id, commit and time may be null. */
  record Source(
      UUID id,
      String text,
      String commitId,
      String rawRef,
      String evidenceRef,
      OffsetDateTime createdAt) {}

  /** A summary as it is stored. */
  record Known(String text, String hash, Topic.Owner owner) {}

  static Rollup of(
      String scopeKey,
      TopicRow topic,
      Topic.Owner owner,
      List<Source> sources,
      int maxLength,
      Redaction redaction) {
    String name = topic.title == null ? "topic " + topic.id : topic.title;
    StringBuilder out = new StringBuilder("Topic: ");
    out.append(TextRules.normalise(name, LABEL_LENGTH)).append(" (").append(sources.size());
    out.append(sources.size() == 1 ? " event)." : " events).").append(" Key points:");
    sources.stream()
        .filter(source -> source.text != null && !source.text.isBlank())
        .limit(POINTS)
        .forEach(
            source -> out.append(" - ").append(TextRules.normalise(source.text, POINT_LENGTH)));
    return new Rollup(
        topic.summaryId(scopeKey),
        topic,
        owner,
        sources,
        redaction.redact(TextRules.normalise("Summary: " + name, TITLE_LENGTH)),
        redaction.redact(TextRules.normalise(out.toString(), maxLength)));
  }

  /** Hash of the ids of the sources. */
  String hash() {
    return CanonicalJson.sha256Hex(ids());
  }

  boolean isSame(Known known) {
    return known != null
        && hash().equals(known.hash)
        && text.equals(known.text)
        && Objects.equals(owner, known.owner);
  }

  int citations() {
    return Math.min(CITATIONS, sources.size());
  }

  ArrayNode ids() {
    ArrayNode ids = Jsons.array();
    sources.forEach(source -> ids.add(source.id.toString()));
    return ids;
  }

  ObjectNode slots(String now) {
    ObjectNode slots =
        Jsons.object()
            .put("summary_kind", "compression_rollup")
            .put("summary_scope", "topic")
            .put("source_topic_id", topic.id.toString())
            .put("source_event_count", sources.size());
    slots.set("source_event_ids", ids());
    slots.put("source_event_hash", hash());
    ArrayNode citations = slots.putArray("citations");
    for (Source source : sources.subList(0, citations())) {
      citations
          .addObject()
          .put("node_id", source.id.toString())
          .put("commit_id", source.commitId)
          .put("raw_ref", source.rawRef)
          .put("evidence_ref", source.evidenceRef)
          .put("created_at", Timestamps.iso(source.createdAt.toInstant()));
    }
    return slots.put("generated_by", "compression_rollup").put("generated_at", now);
  }

  ArrayNode edges(String scopeKey) {
    ArrayNode rows = Jsons.array();
    edge(rows, scopeKey, "part_of", topic.id, 0.9);
    sources.forEach(source -> edge(rows, scopeKey, "derived_from", source.id, 1.0));
    return rows;
  }

  private void edge(ArrayNode rows, String scopeKey, String type, UUID target, double weight) {
    UUID edge = StableIds.uuid(scopeKey + ":edge:compression:" + type + ":" + id + ":" + target);
    rows.addObject()
        .put("id", edge.toString())
        .put("type", type)
        .put("src", id.toString())
        .put("dst", target.toString())
        .put("weight", weight)
        .put("confidence", 0.9)
        .put("decay", 0.0);
  }
}
