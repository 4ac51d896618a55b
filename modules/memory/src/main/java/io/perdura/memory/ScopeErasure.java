package io.perdura.memory;

import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Erases everything in a scope that existed when the erasure was asked for, behind the fence. */
final class ScopeErasure {
  private static final OffsetDateTime BEGINNING =
      OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC);
  private static final int COMMIT_PAGE = 2_000;

  private final ErasureRun run;
  private final ScopeKey scope;

  ScopeErasure(ErasureRun run, ScopeKey scope) {
    this.run = run;
    this.scope = scope;
  }

  /** Removes memory, events, audit and telemetry; commits keep their hashes. */
  void erase() {
    String key = scope.key();
    run.enclose(key);
    if (run.erasure().kind() == EraseRequest.Kind.SCOPE) {
      stripForeignCommits();
    }
    run.drain("memory_outbox", EraseSql.SCOPE_OUTBOX, key);
    run.drain("memory_edges", EraseSql.SCOPE_EDGES, key);
    run.drain("memory_rule_feedback", EraseSql.SCOPE_FEEDBACK, key);
    run.drain("memory_execution_decisions", EraseSql.SCOPE_DECISIONS, key);
    UUID after = new UUID(0, 0);
    while (after != null) {
      UUID from = after;
      after = run.step((tx, removed) -> deletePage(tx, removed, from));
    }
    emptyCommits();
    run.drain("memory_recall_audit", EraseSql.SCOPE_AUDIT, key);
    run.drain(
        "memory_request_telemetry",
        EraseSql.SCOPE_TELEMETRY,
        scope.tenant().value(),
        scope.scope());
    run.step((tx, removed) -> {
      try (PreparedStatement update = tx.connection().prepareStatement(EraseSql.SCOPE_KEYS)) {
        update.setString(1, scope.tenant().value());
        update.setString(2, scope.scope());
        update.setObject(3, run.erasure().requestedAt());
        removed.add("idempotency_keys", update.executeUpdate());
      }
      try (PreparedStatement delete = tx.connection().prepareStatement(EraseSql.SCOPE_PIN)) {
        delete.setString(1, key);
        removed.add("embedding_scopes", delete.executeUpdate());
      }
      try (PreparedStatement delete = tx.connection().prepareStatement(EraseSql.SCOPE_RULE_SET)) {
        delete.setString(1, key);
        removed.add("memory_rule_sets", delete.executeUpdate());
      }
      return null;
    });
    run.open();
  }

  /** Writes into other scopes of the tenant may have put nodes here; their commits name them. */
  private void stripForeignCommits() {
    String progress = run.progress();
    UUID after = progress == null ? new UUID(0, 0) : UUID.fromString(progress);
    while (after != null) {
      UUID from = after;
      after = run.step((tx, removed) -> stripForeignPage(tx.connection(), removed, from));
    }
  }

  private record Foreign(UUID id, String diff, String sha256) {}

  private UUID stripForeignPage(Connection connection, Removed removed, UUID from)
      throws SQLException {
    UUID last = null;
    Map<UUID, String> nodes = new LinkedHashMap<>();
    List<Foreign> commits = new ArrayList<>();
    String prefix = ScopeKey.prefix(scope.tenant());
    boolean prefixed = scope.key().startsWith(prefix);
    try (PreparedStatement select = connection.prepareStatement(EraseSql.FOREIGN_COMMITS)) {
      select.setString(1, scope.key());
      select.setString(2, scope.key());
      select.setString(3, prefixed ? prefix : "tenant:");
      select.setBoolean(4, prefixed);
      select.setObject(5, from);
      select.setInt(6, COMMIT_PAGE);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          last = rows.getObject(1, UUID.class);
          Array named = rows.getArray(2);
          if (named != null) {
            for (Object id : (Object[]) named.getArray()) {
              nodes.put((UUID) id, null);
            }
            commits.add(new Foreign(last, rows.getString(3), rows.getString(4)));
          }
        }
      }
    }
    try (CommitStripper stripper =
        new CommitStripper(connection, NodeEraser.scrubber(nodes), removed)) {
      for (Foreign commit : commits) {
        stripper.strip(commit.id, commit.diff, commit.sha256);
      }
    }
    if (!nodes.isEmpty()) {
      new NodeEraser(connection, scope, removed).forgetAnswers(nodes.keySet());
    }
    if (last != null) {
      new ErasureLedger(connection).advance(run.erasure(), last.toString());
    }
    return last;
  }

  private UUID deletePage(Tx tx, Removed removed, UUID from) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (PreparedStatement select = tx.connection().prepareStatement(EraseSql.SCOPE_NODE_PAGE)) {
      select.setString(1, scope.key());
      select.setObject(2, from);
      select.setObject(3, run.erasure().requestedAt());
      select.setInt(4, run.chunk());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getObject(1, UUID.class));
        }
      }
    }
    if (ids.isEmpty()) {
      return null;
    }
    new NodeEraser(tx.connection(), scope, removed).delete(ids);
    run.announce(tx, scope, ids);
    return ids.getLast();
  }

  /** Where a page of commits ended. */
  private record Cursor(OffsetDateTime createdAt, UUID id) {}

  private void emptyCommits() {
    Cursor cursor = new Cursor(BEGINNING, new UUID(0, 0));
    while (cursor != null) {
      Cursor from = cursor;
      cursor = run.step((tx, removed) -> emptyCommits(tx.connection(), from, removed));
    }
  }

  private Cursor emptyCommits(Connection connection, Cursor from, Removed removed)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(EraseSql.SCOPE_COMMITS)) {
      update.setString(1, scope.key());
      update.setObject(2, run.erasure().requestedAt());
      update.setObject(3, from.createdAt);
      update.setObject(4, from.id);
      update.setInt(5, COMMIT_PAGE);
      try (ResultSet row = update.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        removed.add("memory_commits_emptied", row.getLong(1));
        return new Cursor(row.getObject(2, OffsetDateTime.class), row.getObject(3, UUID.class));
      }
    }
  }
}
