package io.perdura.memory;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Works through one erasure in short transactions, each with its count in the ledger. It may be
 * stopped after any of them and started again: what was done is not found a second time.
 */
final class ErasureRun {
  /** Left for the answer when a run has to stop at the deadline. */
  private static final Duration RESERVE = Duration.ofMillis(700);

  private static final int DOCUMENTS = 500;
  private static final int COMMIT_PAGE = 5_000;

  private final Database database;
  private final Erasure erasure;
  private final int chunk;
  private final ErasureEvents events;

  /** Hears what an erasure changed, after each commit. */
  interface ErasureEvents {
    void changed(String scopeKey, List<UUID> nodeIds);
  }

  ErasureRun(Database database, Erasure erasure, int chunk, ErasureEvents events) {
    this.database = database;
    this.erasure = erasure;
    this.chunk = chunk;
    this.events = events;
  }

  /** The deadline is near; what is left can be done by the next run. */
  static final class OutOfTimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One short transaction. */
  @FunctionalInterface
  interface Step<T> {
    T run(Tx tx, Removed removed) throws SQLException;
  }

  <T> T step(Step<T> step) {
    if (Deadline.current().remaining().compareTo(RESERVE) < 0) {
      throw new OutOfTimeException();
    }
    return database.transaction(
        "erase",
        tx -> {
          Removed removed = new Removed();
          T result = step.run(tx, removed);
          new ErasureLedger(tx.connection()).add(erasure, removed);
          return result;
        });
  }

  /** Repeats a statement that removes up to a chunk of rows until there are none left. */
  void drain(String table, String sql, Object... leading) {
    while (true) {
      int rows =
          step((tx, removed) -> {
            try (PreparedStatement delete = tx.connection().prepareStatement(sql)) {
              int i = 1;
              for (Object value : leading) {
                delete.setObject(i++, value);
              }
              delete.setObject(i++, erasure.requestedAt());
              delete.setInt(i, chunk);
              int deleted = delete.executeUpdate();
              removed.add(table, deleted);
              return deleted;
            }
          });
      if (rows < chunk) {
        return;
      }
    }
  }

  /** Erases single nodes; {@code nodes}: id and client id of each. */
  void eraseNodes(ScopeKey scope, Map<UUID, String> nodes) {
    if (nodes.isEmpty()) {
      return;
    }
    Map<UUID, String> all = new HashMap<>(nodes);
    all.putAll(step((tx, removed) -> eraser(tx, scope, removed).rollupsOf(nodes.keySet())));
    stripDocuments(scope, all);
    List<UUID> ids = new ArrayList<>(all.keySet());
    for (int from = 0; from < ids.size(); from += chunk) {
      List<UUID> part = List.copyOf(ids.subList(from, Math.min(ids.size(), from + chunk)));
      step((tx, removed) -> {
        deleteAndRepair(tx, scope, part, removed);
        return null;
      });
    }
  }

  /** Takes the nodes out of outbox, commits and stored answers. */
  private void stripDocuments(ScopeKey scope, Map<UUID, String> nodes) {
    boolean clean;
    do {
      clean = step((tx, removed) -> eraser(tx, scope, removed).stripOutbox(nodes, DOCUMENTS));
    } while (!clean);
    UUID after = null;
    do {
      UUID from = after;
      after =
          step((tx, removed) -> eraser(tx, scope, removed).stripCommits(nodes, from, COMMIT_PAGE));
    } while (after != null);
    step((tx, removed) -> {
      eraser(tx, scope, removed).forgetAnswers(nodes.keySet());
      return null;
    });
  }

  private void deleteAndRepair(Tx tx, ScopeKey scope, List<UUID> ids, Removed removed)
      throws SQLException {
    NodeEraser eraser = eraser(tx, scope, removed);
    List<UUID> topics = eraser.topicsOf(ids);
    eraser.delete(ids);
    TopicRepair repair = new TopicRepair(tx.connection());
    List<UUID> changed = new ArrayList<>(ids);
    changed.addAll(topics);
    List<UUID> empty = new ArrayList<>();
    for (UUID topic : topics.stream().sorted().toList()) {
      if (repair.rebuild(topic)) {
        removed.add("topics_rebuilt", 1);
      } else {
        empty.add(topic);
      }
    }
    if (!empty.isEmpty()) {
      eraser.delete(empty);
    }
    tx.afterCommit(() -> events.changed(scope.key(), changed));
  }

  /** Deletes one page of a scope's nodes. */
  UUID eraseNodePage(ScopeKey scope, UUID after) {
    List<UUID> ids =
        step((tx, removed) -> {
          try (PreparedStatement select =
              tx.connection().prepareStatement(EraseSql.SCOPE_NODE_PAGE)) {
            select.setString(1, scope.key());
            select.setObject(2, after == null ? new UUID(0, 0) : after);
            select.setObject(3, erasure.requestedAt());
            select.setInt(4, chunk);
            List<UUID> page = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                page.add(rows.getObject(1, UUID.class));
              }
            }
            return page;
          }
        });
    if (ids.isEmpty()) {
      return null;
    }
    Map<UUID, String> foreign =
        step((tx, removed) -> {
          try (PreparedStatement select =
              tx.connection().prepareStatement(EraseSql.FOREIGN_COMMITS)) {
            select.setString(1, Sql.array(ids));
            return NodeEraser.nodes(select);
          }
        });
    if (!foreign.isEmpty()) {
      stripDocuments(scope, foreign);
    }
    step((tx, removed) -> {
      eraser(tx, scope, removed).delete(ids);
      tx.afterCommit(() -> events.changed(scope.key(), ids));
      return null;
    });
    return ids.getLast();
  }

  private static NodeEraser eraser(Tx tx, ScopeKey scope, Removed removed) {
    return new NodeEraser(tx.connection(), scope, removed);
  }
}
