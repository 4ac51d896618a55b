package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Merges duplicates into their canonical nodes: the duplicate becomes an alias, the canonical node
 * keeps the best of both figures, and a topic also counts the members and has the mean vector of
 * both. Edges are the redirect's business.
 */
final class ConsolidationMerge {
  static final String ALIAS_OF = "alias_of";
  private static final String MEMBERS = "member_count";
  private static final String MERGED_FROM = "merged_from";

  private final Connection connection;
  private final String scopeKey;
  private final Map<UUID, Node> nodes = new HashMap<>();
  private final Map<UUID, Node> changed = new LinkedHashMap<>();

  /** A node that is locked, as it will be stored. */
  static final class Node {
    final UUID id;
    final String type;
    final ObjectNode slots;
    private double salience;
    private double importance;
    private double confidence;

    private Node(ResultSet row) throws SQLException {
      id = row.getObject(1, UUID.class);
      type = row.getString(2);
      salience = row.getFloat(3);
      importance = row.getFloat(4);
      confidence = row.getFloat(5);
      slots = (ObjectNode) Jsons.stored(row.getString(6));
    }

    String aliasOf() {
      JsonNode alias = slots.get(ALIAS_OF);
      return alias == null || !alias.isTextual() || alias.textValue().isBlank()
          ? null
          : alias.textValue();
    }

    boolean isProtected() {
      return isTruthy(slots.get("pin")) || isTruthy(slots.get("legal_hold"));
    }

    private static boolean isTruthy(JsonNode value) {
      if (value == null) {
        return false;
      }
      return value.isTextual()
          ? List.of("true", "1", "yes", "on")
              .contains(value.textValue().trim().toLowerCase(java.util.Locale.ROOT))
          : value.isNumber() ? value.doubleValue() != 0 : value.isBoolean() && value.booleanValue();
    }

    private int members() {
      return Math.max(1, slots.path(MEMBERS).asInt());
    }
  }

  ConsolidationMerge(Connection connection, String scopeKey) {
    this.connection = connection;
    this.scopeKey = scopeKey;
  }

  /** Locks the nodes of the pairs in the order of their ids, and reads them as they are now. */
  void lock(Collection<ConsolidationPair> pairs) throws SQLException {
    Set<UUID> ids = new LinkedHashSet<>();
    pairs.forEach(pair -> {
      ids.add(pair.canonical().id());
      ids.add(pair.duplicate().id());
    });
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.LOCK)) {
      select.setString(1, scopeKey);
      select.setString(2, Sql.array(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Node node = new Node(rows);
          nodes.put(node.id, node);
        }
      }
    }
  }

  /** The node as it is now; null when it is gone. */
  Node node(UUID id) {
    return nodes.get(id);
  }

  /** Notes the merge of a pair; {@link #store} stores it. */
  void merge(ConsolidationPair pair, boolean overridden, String now) throws SQLException {
    Node canonical = nodes.get(pair.canonical().id());
    Node duplicate = nodes.get(pair.duplicate().id());
    ConsolidationWords.Conflict conflict = pair.conflict();
    duplicate.slots.put(ALIAS_OF, canonical.id.toString());
    duplicate
        .slots
        .put("superseded_by", canonical.id.toString())
        .put("consolidation_state", "aliased");
    Numbers.put(duplicate.slots, "consolidation_score", JobState.rounded(pair.score()));
    duplicate
        .slots
        .put("consolidation_at", now)
        .put("consolidation_job", ConsolidationApplyJob.JOB)
        .put("consolidation_pair_key", pair.key())
        .put("consolidation_conflict_checked", true)
        .put("consolidation_conflict_checked_at", now)
        .put("consolidation_conflict_detected", conflict.detected())
        .put("consolidation_conflict_kind", conflict.kind());
    conflict.reasons().forEach(duplicate.slots.putArray("consolidation_conflict_reasons")::add);
    duplicate.slots.put("consolidation_conflict_override", overridden);
    if (canonical.type.equals("topic")) {
      mergeVectors(canonical, duplicate);
      if (canonical.slots.has(MEMBERS)) {
        int both = canonical.slots.path(MEMBERS).asInt() + duplicate.slots.path(MEMBERS).asInt();
        canonical.slots.put(MEMBERS, both);
      }
    }
    mergeSlots(canonical, duplicate, now);
    canonical.salience = Math.max(canonical.salience, duplicate.salience);
    canonical.importance = Math.max(canonical.importance, duplicate.importance);
    canonical.confidence = Math.max(canonical.confidence, duplicate.confidence);
    changed.put(canonical.id, canonical);
    changed.put(duplicate.id, duplicate);
  }

  private static void mergeSlots(Node canonical, Node duplicate, String now) {
    Set<String> from = new LinkedHashSet<>();
    canonical.slots.path(MERGED_FROM).forEach(id -> from.add(id.asText()));
    from.add(duplicate.id.toString());
    duplicate.slots.path(MERGED_FROM).forEach(id -> from.add(id.asText()));
    ArrayNode list = canonical.slots.putArray(MERGED_FROM);
    from.forEach(list::add);
    canonical
        .slots
        .put("merged_count", from.size())
        .put("last_consolidation_at", now)
        .put("last_consolidation_job", ConsolidationApplyJob.JOB);
  }

  /** The mean of all members of both topics. */
  private void mergeVectors(Node canonical, Node duplicate) throws SQLException {
    int own = canonical.members();
    int other = duplicate.members();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.VECTORS);
        PreparedStatement update = connection.prepareStatement(ConsolidationSql.STORE_VECTOR)) {
      select.setObject(1, canonical.id);
      select.setObject(2, duplicate.id);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          float[] mean = VectorColumn.decode(rows.getBytes(2));
          float[] more = VectorColumn.decode(rows.getBytes(3));
          for (int i = 0; i < mean.length; i++) {
            mean[i] = (mean[i] * own + more[i] * other) / (own + other);
          }
          update.setObject(1, mean);
          update.setObject(2, canonical.id);
          update.setInt(3, rows.getInt(1));
          update.addBatch();
        }
      }
      update.executeBatch();
    }
  }

  boolean isEmpty() {
    return changed.isEmpty();
  }

  /** Stores every merge, and lets older aliases of a duplicate name its canonical node instead. */
  List<UUID> store(UUID commit) throws SQLException {
    ArrayNode rows = Jsons.array();
    Map<String, UUID> targets = new HashMap<>();
    for (Node node : changed.values()) {
      ObjectNode row = rows.addObject().put("id", node.id.toString());
      row.set("slots", node.slots);
      row.put("salience", node.salience)
          .put("importance", node.importance)
          .put("confidence", node.confidence);
      if (node.aliasOf() != null) {
        targets.put(node.id.toString(), UUID.fromString(node.aliasOf()));
      }
    }
    try (PreparedStatement update = connection.prepareStatement(ConsolidationSql.MERGE)) {
      update.setObject(1, commit);
      update.setString(2, Jsons.text(rows));
      update.executeUpdate();
    }
    List<UUID> ids = new ArrayList<>(changed.keySet());
    repoint(targets, commit).forEach(ids::add);
    return ids;
  }

  private Set<UUID> repoint(Map<String, UUID> targets, UUID commit) throws SQLException {
    Map<UUID, Set<UUID>> byTarget = new LinkedHashMap<>();
    Set<UUID> all = new LinkedHashSet<>();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.ALIASES_OF)) {
      select.setString(1, scopeKey);
      select.setArray(2, connection.createArrayOf("text", targets.keySet().toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          all.add(id);
          byTarget
              .computeIfAbsent(targets.get(rows.getString(2)), key -> new LinkedHashSet<>())
              .add(id);
        }
      }
    }
    for (Map.Entry<UUID, Set<UUID>> entry : byTarget.entrySet()) {
      try (PreparedStatement update = connection.prepareStatement(ConsolidationSql.REPOINT)) {
        update.setObject(1, commit);
        update.setString(2, entry.getKey().toString());
        update.setString(3, entry.getKey().toString());
        update.setString(4, Sql.array(entry.getValue()));
        update.executeUpdate();
      }
    }
    return all;
  }
}
