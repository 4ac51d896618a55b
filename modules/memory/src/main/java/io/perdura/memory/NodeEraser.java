package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Removes single nodes and every copy of what they say: documents that name them first, so that an
 * interrupted erasure still finds them, the nodes last.
 */
final class NodeEraser {
  private final Connection connection;
  private final ScopeKey scope;
  private final Removed removed;

  NodeEraser(Connection connection, ScopeKey scope, Removed removed) {
    this.connection = connection;
    this.scope = scope;
    this.removed = removed;
  }

  /** Reads id and client_id of each row. */
  static Map<UUID, String> nodes(PreparedStatement select) throws SQLException {
    Map<UUID, String> nodes = new LinkedHashMap<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        nodes.put(rows.getObject(1, UUID.class), rows.getString(2));
      }
    }
    return nodes;
  }

  /** Returns summaries that were made from the nodes. */
  Map<UUID, String> rollupsOf(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EraseSql.ROLLUPS)) {
      select.setString(1, Sql.array(ids));
      select.setString(2, scope.key());
      return nodes(select);
    }
  }

  /** Returns topics that clustering made from the nodes or added them to. */
  List<UUID> topicsOf(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EraseSql.TOPICS)) {
      select.setString(1, Sql.array(ids));
      select.setString(2, scope.key());
      List<UUID> topics = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          topics.add(rows.getObject(1, UUID.class));
        }
      }
      return topics;
    }
  }

  /**
   * Takes the nodes out of up to {@code limit} outbox events.
   *
   * @return false when there may be more
   */
  boolean stripOutbox(Map<UUID, String> nodes, int limit) throws SQLException {
    Scrubber scrubber = scrubber(nodes);
    int found = 0;
    try (PreparedStatement select = connection.prepareStatement(EraseSql.OUTBOX_MENTIONS);
        PreparedStatement update = connection.prepareStatement(EraseSql.OUTBOX_UPDATE);
        PreparedStatement delete = connection.prepareStatement(EraseSql.OUTBOX_DELETE)) {
      select.setString(1, scope.key());
      select.setString(2, Sql.array(nodes.keySet()));
      select.setInt(3, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found++;
          ObjectNode rest = scrubber.payload(Jsons.stored(rows.getString(2)));
          PreparedStatement change = rest == null ? delete : update;
          if (rest == null) {
            delete.setLong(1, rows.getLong(1));
          } else {
            update.setString(1, Jsons.text(rest));
            update.setLong(2, rows.getLong(1));
          }
          change.executeUpdate();
          removed.add(rest == null ? "memory_outbox" : "memory_outbox_stripped", 1);
        }
      }
    }
    return found < limit;
  }

  /**
   * Takes the nodes out of the diffs of one page of commits of the tenant. Their hashes stay.
   *
   * @return the last commit of the page, null when there are no more
   */
  UUID stripCommits(Map<UUID, String> nodes, UUID after, int limit) throws SQLException {
    UUID last = null;
    try (PreparedStatement select = connection.prepareStatement(EraseSql.COMMIT_PAGE)) {
      bindCommits(select, nodes);
      select.setObject(4, after == null ? new UUID(0, 0) : after);
      select.setInt(5, limit);
      try (ResultSet rows = select.executeQuery();
          CommitStripper stripper = new CommitStripper(connection, scrubber(nodes), removed)) {
        while (rows.next()) {
          last = rows.getObject(1, UUID.class);
          if (rows.getString(2) != null) {
            stripper.strip(last, rows.getString(2), rows.getString(3));
          }
        }
      }
    }
    return last;
  }

  /**
   * Takes the nodes out of the diffs of up to {@code limit} commits made since {@code since}.
   *
   * @return false when there may be more
   */
  boolean stripCommitsSince(Map<UUID, String> nodes, OffsetDateTime since, int limit)
      throws SQLException {
    int found = 0;
    try (PreparedStatement select = connection.prepareStatement(EraseSql.COMMITS_SINCE)) {
      bindCommits(select, nodes);
      select.setObject(4, since);
      select.setInt(5, limit);
      try (ResultSet rows = select.executeQuery();
          CommitStripper stripper = new CommitStripper(connection, scrubber(nodes), removed)) {
        while (rows.next()) {
          found++;
          stripper.strip(rows.getObject(1, UUID.class), rows.getString(2), rows.getString(3));
        }
      }
    }
    return found < limit;
  }

  private void bindCommits(PreparedStatement select, Map<UUID, String> nodes) throws SQLException {
    boolean prefixed = scope.key().startsWith(ScopeKey.prefix(scope.tenant()));
    select.setString(1, Sql.array(nodes.keySet()));
    select.setString(2, prefixed ? ScopeKey.prefix(scope.tenant()) : "tenant:");
    select.setBoolean(3, prefixed);
  }

  /** Empties stored answers that name the nodes; a repeat of their request is answered 410. */
  void forgetAnswers(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(EraseSql.KEYS_UPDATE)) {
      update.setString(1, scope.tenant().value());
      update.setString(2, Sql.array(ids));
      removed.add("idempotency_keys", update.executeUpdate());
    }
  }

  /** Locks nodes in the order in which everybody does. */
  void lock(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EraseSql.LOCK_NODES)) {
      select.setString(1, Sql.array(ids));
      select.execute();
    }
  }

  /** Deletes nodes with their edges, rule definitions and vectors. */
  void delete(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(EraseSql.DELETE_NODES)) {
      delete.setString(1, Sql.array(ids));
      try (ResultSet row = delete.executeQuery()) {
        row.next();
        removed
            .add("memory_nodes", row.getLong(1))
            .add("memory_edges", row.getLong(2))
            .add("memory_rule_defs", row.getLong(3))
            .add("memory_vectors", row.getLong(4))
            .add("memory_rule_feedback", row.getLong(5));
        if (row.getArray(6) != null) {
          forgetRules(row.getArray(6));
        }
      }
    }
  }

  private void forgetRules(Array ids) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(EraseSql.DECISIONS)) {
      update.setArray(1, ids);
      update.setString(2, scope.key());
      update.setArray(3, ids);
      update.setArray(4, ids);
      removed.add("memory_execution_decisions_stripped", update.executeUpdate());
    }
  }

  static Scrubber scrubber(Map<UUID, String> nodes) {
    Set<String> ids = new HashSet<>();
    Set<String> clientIds = new HashSet<>();
    nodes.forEach((id, clientId) -> {
      ids.add(id.toString());
      if (clientId != null) {
        clientIds.add(clientId);
      }
    });
    return new Scrubber(ids, clientIds);
  }
}
