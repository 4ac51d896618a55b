package io.perdura.memory;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Keeps writers out of a scope while an erasure works on it (ADR 12).
 *
 * <p>The fence is a committed row of the ledger. A write reads it in the statement that stores the
 * write, and a job after it has stored its commit; the erasure waits for everybody who began before
 * the fence stood. So nobody can store anything about what is being erased, and nobody is told that
 * something was stored which is gone a moment later. A fence that was not renewed for {@link
 * #LEASE_SECONDS} belongs to a process that died and holds nobody up.
 */
final class EraseFence {
  /** Every step of an erasure renews the fence; no step may take as long as this. */
  static final int LEASE_SECONDS = 30;

  /** How long a writer waits before its caller is told to come back. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** True when none of the scope keys is fenced. Parameter: scope keys. */
  static final String OPEN =
      "not exists (select from erasure_ledger f where f.fence = any(?::text[])"
          + " and f.fenced_at > now() - interval '"
          + LEASE_SECONDS
          + " seconds')";

  /** Not now(): the transaction of a job may have begun long before the fence. */
  private static final String FENCED =
      "select exists (select from erasure_ledger f where f.fence = any(?::text[])"
          + " and f.fenced_at > clock_timestamp() - interval '"
          + LEASE_SECONDS
          + " seconds')";

  private static final String RAISE =
      "update erasure_ledger set fence = ?, fenced_at = clock_timestamp() where id = ?";

  private static final String RENEW =
      "update erasure_ledger set fenced_at = clock_timestamp() where id = ? and fence = ?"
          + " and fenced_at > clock_timestamp() - interval '"
          + LEASE_SECONDS
          + " seconds'";

  private static final String LOWER =
      "update erasure_ledger set fence = null, fenced_at = null where id = ?";

  private static final String NOW = "select clock_timestamp()";

  /**
   * Whether a transaction of that time or before may still write: it holds the lock of a writer on
   * our tables, or an advisory lock of ours. Readers (a backup, say) hold neither, and so does the
   * building of an index.
   */
  private static final String OLDER_WRITERS =
      """
      select exists (
        select from pg_stat_activity a join pg_locks l on l.pid = a.pid
        where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
          and a.xact_start <= ? and (l.locktype = 'advisory' or (
            l.locktype = 'relation' and l.mode in ('RowShareLock', 'RowExclusiveLock') and l.relation in (
              'memory_commits'::regclass, 'memory_nodes'::regclass, 'memory_edges'::regclass, 'memory_rule_defs'::regclass,
              'memory_vectors'::regclass, 'memory_outbox'::regclass, 'idempotency_keys'::regclass,
              'memory_rule_feedback'::regclass, 'memory_execution_decisions'::regclass))))
      """;

  private EraseFence() {}

  /** Returns the scopes in which a write stores anything. */
  static Collection<String> scopesOf(PreparedWrite write) {
    Collection<String> keys = new TreeSet<>();
    keys.add(write.scopeKey);
    write.distinctNodes.values().forEach(node -> keys.add(node.scope.key()));
    write.distinctEdges.forEach(edge -> keys.add(edge.scopeKey()));
    return keys;
  }

  static boolean stands(Connection connection, Collection<String> scopeKeys) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FENCED)) {
      select.setArray(1, connection.createArrayOf("text", scopeKeys.toArray()));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /**
   * Refuses a job's commit in a scope that is being erased. Call it after the commit was stored: an
   * erasure waits for whoever stored one before the fence stood.
   *
   * @throws ApiException 503 {@code erasure_in_progress}
   */
  static void refuse(Connection connection, String scopeKey) throws SQLException {
    if (stands(connection, List.of(scopeKey))) {
      throw inProgress();
    }
  }

  /**
   * Makes a write wait for an erasure.
   *
   * @param since when this write first met the fence, of {@link System#nanoTime()}
   * @return what makes {@link io.perdura.kernel.Database} run the write again after a pause
   * @throws ApiException 503 {@code erasure_in_progress} when it has waited long enough
   */
  static SQLException await(long since) {
    boolean late = System.nanoTime() - since > PATIENCE.toNanos();
    if (late || Deadline.current().remaining().compareTo(Duration.ofSeconds(1)) < 0) {
      throw inProgress();
    }
    return new SQLException("the scope is being erased", "40001");
  }

  private static ApiException inProgress() {
    return new ApiException(
        503, "erasure_in_progress", "this scope is being erased; write again shortly", null, 1);
  }

  /** Raises the erasure's fence around a scope. */
  static void raise(Connection connection, Erasure erasure, String scopeKey) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(RAISE)) {
      update.setString(1, scopeKey);
      update.setLong(2, erasure.id());
      update.executeUpdate();
    }
  }

  /** Renews the fence; false when it fell, so that writers may have passed. */
  static boolean renew(Connection connection, Erasure erasure, String scopeKey)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(RENEW)) {
      update.setLong(1, erasure.id());
      update.setString(2, scopeKey);
      return update.executeUpdate() == 1;
    }
  }

  static void lower(Connection connection, Erasure erasure) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(LOWER)) {
      update.setLong(1, erasure.id());
      update.executeUpdate();
    }
  }

  /** The database's clock. */
  static OffsetDateTime now(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(NOW);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getObject(1, OffsetDateTime.class);
    }
  }

  static boolean olderWriters(Connection connection, OffsetDateTime time) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(OLDER_WRITERS)) {
      select.setObject(1, time);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Sleeps for a moment; false when the thread was asked to end. */
  static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
