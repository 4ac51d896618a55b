package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.StableIds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Some edges of one alias, on their way to its canonical node. Both ends are followed to the end of
 * their chains, so that an edge between two aliases arrives as well, and only edges that were read
 * are removed: what is left is there for the next page.
 */
final class EdgeRedirect {
  private static final int LONGEST_CHAIN = 32;

  private final Connection connection;
  private final UUID alias;
  private final Map<UUID, UUID> targets = new HashMap<>();
  private final List<UUID> read = new ArrayList<>();
  private final Map<String, ObjectNode> redirected = new LinkedHashMap<>();
  private final Set<UUID> ends = new TreeSet<>();
  private int arrived;

  EdgeRedirect(Connection connection, UUID alias) {
    this.connection = connection;
    this.alias = alias;
  }

  /** Where the alias leads; null when it leads nowhere, or round in circles. */
  UUID canonical() throws SQLException {
    follow(Set.of(alias));
    return end(alias);
  }

  /** Reads up to {@code limit} edges; returns how many there were. */
  int plan(int limit) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.EDGE_IDS)) {
      select.setObject(1, alias);
      select.setInt(2, limit);
      select.setObject(3, alias);
      select.setInt(4, limit);
      select.setInt(5, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getObject(1, UUID.class));
        }
      }
    }
    List<ObjectNode> edges = edges(ids);
    Set<UUID> seen = new HashSet<>();
    for (ObjectNode edge : edges) {
      seen.add(id(edge, "src"));
      seen.add(id(edge, "dst"));
    }
    follow(seen);
    edges.forEach(this::redirect);
    return edges.size();
  }

  private List<ObjectNode> edges(Collection<UUID> ids) throws SQLException {
    List<ObjectNode> edges = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.EDGES)) {
      select.setString(1, Sql.array(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          read.add(rows.getObject(1, UUID.class));
          edges.add(
              Jsons.object()
                  .put("scope", rows.getString(2))
                  .put("type", rows.getString(3))
                  .put("src", rows.getString(4))
                  .put("dst", rows.getString(5))
                  .put("weight", rows.getFloat(6))
                  .put("confidence", rows.getFloat(7))
                  .put("decay", rows.getFloat(8))
                  .put("active", rows.getString(9)));
        }
      }
    }
    return edges;
  }

  private static UUID id(ObjectNode edge, String key) {
    return UUID.fromString(edge.get(key).textValue());
  }

  private void redirect(ObjectNode edge) {
    UUID src = endOrSelf(id(edge, "src"));
    UUID dst = endOrSelf(id(edge, "dst"));
    if (src.equals(dst)) {
      return;
    }
    arrived++;
    String type = edge.get("type").textValue();
    String scope = edge.get("scope").textValue();
    String key = scope + ":edge:consolidation_redirect:" + type + ":" + src + ":" + dst;
    edge.put("id", StableIds.uuid(key).toString());
    edge.put("src", src.toString()).put("dst", dst.toString());
    redirected.merge(key, edge, EdgeRedirect::merge);
  }

  private static ObjectNode merge(ObjectNode a, ObjectNode b) {
    a.put("weight", Math.max(a.get("weight").floatValue(), b.get("weight").floatValue()));
    a.put(
        "confidence", Math.max(a.get("confidence").floatValue(), b.get("confidence").floatValue()));
    a.put("decay", Math.min(a.get("decay").floatValue(), b.get("decay").floatValue()));
    String one = a.get("active").textValue();
    String other = b.get("active").textValue();
    if (one == null || (other != null && other.compareTo(one) > 0)) {
      a.put("active", other);
    }
    return a;
  }

  private UUID endOrSelf(UUID id) {
    UUID end = end(id);
    if (end == null) {
      return id;
    }
    if (!end.equals(id)) {
      ends.add(end);
    }
    return end;
  }

  /** The node at the end of the chain; null when there is none. */
  private UUID end(UUID id) {
    UUID at = id;
    for (int step = 0; step < LONGEST_CHAIN; step++) {
      if (!targets.containsKey(at)) {
        return null;
      }
      UUID next = targets.get(at);
      if (next == null || next.equals(at)) {
        return at;
      }
      at = next;
    }
    return null;
  }

  /** Reads the chains that begin at the nodes. */
  private void follow(Collection<UUID> ids) throws SQLException {
    Set<UUID> unknown = new HashSet<>(ids);
    for (int step = 0; step < LONGEST_CHAIN; step++) {
      unknown.removeAll(targets.keySet());
      if (unknown.isEmpty()) {
        return;
      }
      Set<UUID> next = new HashSet<>();
      try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.TARGETS)) {
        select.setString(1, Sql.array(unknown));
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            UUID target = rows.getObject(2, UUID.class);
            targets.put(rows.getObject(1, UUID.class), target);
            if (target != null) {
              next.add(target);
            }
          }
        }
      }
      unknown = next;
    }
  }

  /** Edges that arrive somewhere. */
  int redirected() {
    return arrived;
  }

  /** Edges between nodes that are one now. */
  int selfLoops() {
    return read.size() - arrived;
  }

  /** Rows that edges arrive in: some meet. */
  int rows() {
    return redirected.size();
  }

  /** Locks every node that {@link #store} marks, in the order of the ids. */
  void lock() throws SQLException {
    Set<UUID> ids = new TreeSet<>(ends);
    ids.add(alias);
    try (PreparedStatement select = connection.prepareStatement(ConsolidationSql.LOCK_IDS)) {
      select.setString(1, Sql.array(ids));
      select.execute();
    }
  }

  void store(String scopeKey, UUID commit, String now) throws SQLException {
    ArrayNode rows = Jsons.array();
    redirected.values().forEach(rows::add);
    try (PreparedStatement insert = connection.prepareStatement(ConsolidationSql.STORE_EDGES)) {
      insert.setObject(1, commit);
      insert.setString(2, Jsons.text(rows));
      insert.executeUpdate();
    }
    try (PreparedStatement delete = connection.prepareStatement(ConsolidationSql.DELETE_EDGES)) {
      delete.setString(1, Sql.array(read));
      delete.executeUpdate();
    }
    Set<UUID> marked = new TreeSet<>(ends);
    marked.add(alias);
    try (PreparedStatement update = connection.prepareStatement(ConsolidationSql.STAMP)) {
      update.setObject(1, commit);
      update.setString(2, now);
      update.setString(3, scopeKey);
      update.setString(4, Sql.array(marked));
      update.executeUpdate();
    }
  }
}
