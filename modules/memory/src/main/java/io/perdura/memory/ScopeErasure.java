package io.perdura.memory;

import io.perdura.kernel.ScopeKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** Erases everything in a scope that existed when the erasure was asked for. */
final class ScopeErasure {
  private static final OffsetDateTime BEGINNING =
      OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC);
  private static final int COMMIT_PAGE = 2_000;

  private final ErasureRun run;
  private final Erasure erasure;
  private final ScopeKey scope;

  ScopeErasure(ErasureRun run, Erasure erasure, ScopeKey scope) {
    this.run = run;
    this.erasure = erasure;
    this.scope = scope;
  }

  /** Removes memory, events, audit and telemetry; commits keep their hashes. */
  void erase() {
    String key = scope.key();
    run.drain("memory_outbox", EraseSql.SCOPE_OUTBOX, key);
    run.drain("memory_edges", EraseSql.SCOPE_EDGES, key);
    UUID after = null;
    do {
      after = run.eraseNodePage(scope, after);
    } while (after != null);
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
        update.setObject(3, erasure.requestedAt());
        removed.add("idempotency_keys", update.executeUpdate());
      }
      try (PreparedStatement delete = tx.connection().prepareStatement(EraseSql.SCOPE_PIN)) {
        delete.setString(1, key);
        removed.add("embedding_scopes", delete.executeUpdate());
      }
      return null;
    });
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

  private Cursor emptyCommits(java.sql.Connection connection, Cursor from, Removed removed)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(EraseSql.SCOPE_COMMITS)) {
      update.setString(1, scope.key());
      update.setObject(2, erasure.requestedAt());
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
