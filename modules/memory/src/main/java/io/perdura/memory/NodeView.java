package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How much of a node an answer shows.
 *
 * @param previewKeys how many keys of the slots a preview shows
 */
record NodeView(boolean meta, boolean slots, boolean slotsPreview, int previewKeys) {
  static final int MAX_PREVIEW_KEYS = 50;
  static final int DEFAULT_PREVIEW_KEYS = 10;

  /**
   * The columns that {@link #putMeta} reads, in its order; timestamps in PostgreSQL's own text
   * form.
   */
  static final String META_COLUMNS =
      """
      n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id, n.embedding_status, n.embedding_model,
      n.raw_ref, n.evidence_ref, %s as created_at, %s as updated_at, %s as last_activated,
      n.salience, n.importance, n.confidence, n.commit_id, n.tier\
      """
          .formatted(time("n.created_at"), time("n.updated_at"), time("n.last_activated"));

  static NodeView read(Fields fields) {
    return new NodeView(
        fields.bool("include_meta", false),
        fields.bool("include_slots", false),
        fields.bool("include_slots_preview", false),
        fields.integer("slots_preview_keys", 1, MAX_PREVIEW_KEYS, DEFAULT_PREVIEW_KEYS));
  }

  /** Returns the SQL of a timestamp in the form {@code 2026-02-24 10:11:12.123456+00}. */
  static String time(String column) {
    return "(" + column + " at time zone 'UTC')::text || '+00'";
  }

  /** Adds slots, or a preview of them: the first keys in ascending UTF-16 order. */
  void putSlots(ObjectNode target, JsonNode stored) {
    if (slots) {
      target.set("slots", stored);
    } else if (slotsPreview) {
      List<String> keys = new ArrayList<>();
      stored.fieldNames().forEachRemaining(keys::add);
      Collections.sort(keys);
      ObjectNode preview = Jsons.object();
      keys.stream().limit(previewKeys).forEach(key -> preview.set(key, stored.get(key)));
      target.set("slots_preview", preview);
    }
  }

  /**
   * Adds {@code topic_state} and {@code member_count} as the contract reads them from the slots.
   */
  static void putTopic(ObjectNode target, JsonNode slots) {
    JsonNode state = slots.get("topic_state");
    target.put("topic_state", state == null || state.isNull() ? "active" : state.asText());
    Long count = memberCount(slots.get("member_count"));
    if (count == null) {
      target.putNull("member_count");
    } else {
      Numbers.put(target, "member_count", count.longValue());
    }
  }

  private static Long memberCount(JsonNode count) {
    if (count == null) {
      return null;
    }
    if (count.isIntegralNumber() && count.canConvertToLong()) {
      return count.longValue();
    }
    boolean digits =
        count.isTextual()
            && !count.textValue().isEmpty()
            && count.textValue().length() < 19
            && count.textValue().chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Long.valueOf(count.textValue()) : null;
  }

  /** Adds the sixteen meta fields, {@code tier} only where the endpoint has it. */
  static void putMeta(ObjectNode target, ResultSet row, boolean tier) throws SQLException {
    if (tier) {
      target.put("tier", row.getString("tier"));
    }
    for (String key :
        List.of(
            "memory_lane",
            "producer_agent_id",
            "owner_agent_id",
            "owner_team_id",
            "embedding_status",
            "embedding_model",
            "raw_ref",
            "evidence_ref",
            "created_at",
            "updated_at",
            "last_activated")) {
      target.put(key, row.getString(key));
    }
    for (String key : List.of("salience", "importance", "confidence")) {
      Numbers.put(target, key, row.getFloat(key));
    }
    target.put("commit_id", row.getString("commit_id"));
  }
}
