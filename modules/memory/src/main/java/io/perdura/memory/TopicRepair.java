package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Builds topics of clustering anew from the members that an erasure left: neither the name nor the
 * mean vector may still stem from an erased event.
 */
final class TopicRepair {
  private static final String MEMBERS =
      """
      select n.id, n.text_summary from memory_edges e join memory_nodes n on n.id = e.src_id
      where e.dst_id = ? and e.type = 'part_of' and n.type = 'event' order by n.created_at, n.id
      """;

  private static final String TOPIC =
      "select slots::text from memory_nodes where id = ? for no key update";

  private static final String UPDATE =
      "update memory_nodes set slots = ?::jsonb, title = coalesce(?, title) where id = ?";

  private static final String VECTORS =
      """
      select v.generation_id, %s from memory_vectors v join memory_vectors t on t.node_id = ?
        and t.generation_id = v.generation_id
      where v.node_id = any(?::uuid[])
      """
          .formatted(VectorColumn.BYTES);

  private static final String UPDATE_VECTOR =
      """
      update memory_vectors set embedding = ?::real[], changed_xid = pg_current_xact_id()
      where node_id = ? and generation_id = ?
      """;

  private static final String DROP_VECTORS =
      "delete from memory_vectors where node_id = ? and not generation_id = any(?::int[])";

  private final Connection connection;

  TopicRepair(Connection connection) {
    this.connection = connection;
  }

  /**
   * Rebuilds one topic.
   *
   * @return false when no member is left: the topic has to go as well
   */
  boolean rebuild(UUID topicId) throws SQLException {
    Map<UUID, String> members = members(topicId);
    if (members.isEmpty()) {
      return false;
    }
    try (PreparedStatement select = connection.prepareStatement(TOPIC)) {
      select.setObject(1, topicId);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          updateSlots(topicId, (ObjectNode) Jsons.stored(row.getString(1)), members);
        }
      }
    }
    updateVectors(topicId, members);
    return true;
  }

  private Map<UUID, String> members(UUID topicId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(MEMBERS)) {
      select.setObject(1, topicId);
      return NodeEraser.nodes(select);
    }
  }

  private void updateSlots(UUID topicId, ObjectNode slots, Map<UUID, String> members)
      throws SQLException {
    slots.put("member_count", members.size());
    String title = null;
    JsonNode seed = slots.get("seed_event_id");
    boolean seedLives =
        seed != null
            && members.keySet().stream().anyMatch(id -> id.toString().equals(seed.asText()));
    if (!seedLives) {
      Map.Entry<UUID, String> oldest = members.entrySet().iterator().next();
      TopicEvent event = new TopicEvent(oldest.getKey(), oldest.getValue(), null, null, null);
      slots.put("seed_event_id", event.id().toString()).put("seed_summary", event.seedText());
      title = event.seedTitle();
    }
    try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
      update.setString(1, Jsons.text(slots));
      update.setString(2, title);
      update.setObject(3, topicId);
      update.executeUpdate();
    }
  }

  private void updateVectors(UUID topicId, Map<UUID, String> members) throws SQLException {
    Map<Integer, List<float[]>> byGeneration = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(VECTORS)) {
      select.setObject(1, topicId);
      select.setString(2, Sql.array(members.keySet()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          byGeneration
              .computeIfAbsent(rows.getInt(1), key -> new ArrayList<>())
              .add(VectorColumn.decode(rows.getBytes(2)));
        }
      }
    }
    for (Map.Entry<Integer, List<float[]>> entry : byGeneration.entrySet()) {
      try (PreparedStatement update = connection.prepareStatement(UPDATE_VECTOR)) {
        update.setObject(1, mean(entry.getValue()));
        update.setObject(2, topicId);
        update.setInt(3, entry.getKey());
        update.executeUpdate();
      }
    }
    try (PreparedStatement delete = connection.prepareStatement(DROP_VECTORS)) {
      delete.setObject(1, topicId);
      delete.setArray(2, connection.createArrayOf("int4", byGeneration.keySet().toArray()));
      delete.executeUpdate();
    }
  }

  private static float[] mean(List<float[]> vectors) {
    float[] mean = new float[vectors.getFirst().length];
    for (float[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / vectors.size();
      }
    }
    return mean;
  }
}
