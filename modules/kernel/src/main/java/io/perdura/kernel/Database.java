package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * The way to PostgreSQL: short transactions that are repeated, inside the request's {@link
 * Deadline}, when the primary moved or a lock race was lost.
 *
 * <p>Work may therefore run more than once and must keep its effects inside the transaction. A
 * transaction whose COMMIT was sent and not answered is repeated only when it is keyed (see {@link
 * Once}); otherwise the caller gets 503 {@code database_unavailable} and may repeat a write that is
 * idempotent by content.
 */
public class Database {
  private static final Logger LOG = Logger.getLogger(Database.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /**
   * After a silence this long a connection is tried before it is used. Trying each one (what a
   * pool's own validation does) would double the round trips of a small request; a server that has
   * just answered need not be asked whether it is there.
   */
  private static final long SILENCE_NANOS = Duration.ofMillis(250).toNanos();

  private static final int PROBE_SECONDS = 2;

  private final DataSource dataSource;
  private volatile long heardAt = System.nanoTime() - SILENCE_NANOS;

  public Database(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  protected Database() {
    this.dataSource = null;
  }

  /** The container's pool, for the few who hold a connection of their own. */
  public DataSource dataSource() {
    return dataSource;
  }

  /**
   * Runs read-only statements, each its own transaction (autocommit). {@code name} appears in
   * messages.
   */
  public <T> T read(String name, Work<Connection, T> work) {
    return retrying(name, true, attempt -> readOnce(work));
  }

  /**
   * Runs one statement that changes data and is its own transaction (autocommit: COMMIT costs no
   * round trip). Repeated even after an unknown outcome, so doing it twice must equal doing it
   * once.
   */
  public <T> T statement(String name, Work<Connection, T> work) {
    return retrying(name, true, attempt -> carrying(record -> readOnce(work)));
  }

  /** Runs {@code work} in one READ COMMITTED transaction. */
  public <T> T transaction(String name, Work<Tx, T> work) {
    return retrying(name, false, attempt -> carrying(record -> writeOnce(work, attempt, record)));
  }

  /**
   * Runs {@code work} in one transaction together with the row of its Idempotency-Key, or returns
   * the stored answer.
   */
  public Once.Answer once(Once once, String name, Work<Tx, JsonNode> work) {
    if (!once.isKeyed()) {
      return new Once.Answer(transaction(name, work), false);
    }
    return retrying(
        name,
        true,
        attempt ->
            carrying(record -> writeOnce(tx -> OnceStore.run(tx, once, work), attempt, record)));
  }

  /**
   * Returns the stored answer of a keyed request, for work that cannot be one transaction and has
   * to know before it begins; empty when the key is new or there is none.
   */
  public Optional<Once.Answer> answered(Once once) {
    return once.isKeyed()
        ? read("idempotency key", connection -> OnceStore.peek(connection, once))
        : Optional.empty();
  }

  /**
   * Runs a transaction that keeps its own connection (JPA), under the same rules of repetition.
   *
   * @param work calls the given action immediately before it sends COMMIT, and {@link
   *     CallRecord#append} before that
   */
  public <T> T managed(String name, Work<Runnable, T> work) {
    return retrying(
        name, false, attempt -> carrying(record -> work.run(() -> attempt.commitSent = true)));
  }

  /** Runs one attempt of a transaction that may take the row of this thread's call along. */
  private static <T> T carrying(Work<CallRecord, T> attempt) throws SQLException {
    CallRecord record = CallRecord.due();
    if (record == null || !record.begin()) {
      return attempt.run(null);
    }
    boolean committed = false;
    try {
      T result = attempt.run(record);
      committed = true;
      return result;
    } finally {
      record.end(committed);
    }
  }

  private <T> T readOnce(Work<Connection, T> work) throws SQLException {
    try (Connection connection = connect()) {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      T result = work.run(connection);
      heardAt = System.nanoTime();
      return result;
    }
  }

  /** Takes a connection from the pool, tried when the database has been silent. */
  private Connection connect() throws SQLException {
    Connection connection = dataSource.getConnection();
    boolean good = false;
    try {
      if (System.nanoTime() - heardAt >= SILENCE_NANOS) {
        probe(connection);
      }
      good = true;
      return connection;
    } finally {
      if (!good) {
        connection.close();
      }
    }
  }

  /**
   * A connection that does not answer in time is closed by its driver; the statement after that
   * fails as on any lost connection, at which the pool drops all it holds.
   */
  private static void probe(Connection connection) throws SQLException {
    if (!connection.isValid(PROBE_SECONDS)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("select 1");
      }
    }
  }

  private <T> T writeOnce(Work<Tx, T> work, Attempt attempt, CallRecord record)
      throws SQLException {
    Tx tx;
    T result;
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      tx = new Tx(connection);
      boolean done = false;
      try {
        result = work.run(tx);
        if (record != null) {
          record.append(connection);
        }
        attempt.commitSent = true;
        connection.commit();
        heardAt = System.nanoTime();
        done = true;
      } finally {
        if (!done) {
          rollBack(connection);
        }
        restore(connection);
      }
    }
    tx.committed();
    return result;
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.log(Level.FINE, "roll-back failed; the pool discards the connection", e);
    }
  }

  private static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.log(Level.FINE, "connection is gone; the pool discards it", e);
    }
  }

  private <T> T retrying(String name, boolean repeatable, Try<T> body) {
    Deadline deadline = Deadline.current();
    Duration pause = FIRST_PAUSE;
    while (true) {
      Attempt attempt = new Attempt();
      try {
        return body.run(attempt);
      } catch (SQLException e) {
        boolean unknownOutcome = attempt.commitSent && SqlStates.isConnectionLoss(e);
        CallRecord record = SqlStates.isConnectionLoss(e) ? CallRecord.due() : null;
        if (record != null) {
          record.doubt();
        }
        Duration wait = jitter(pause);
        boolean again =
            SqlStates.isTransient(e)
                && (repeatable || !unknownOutcome)
                && deadline.remaining().compareTo(wait) > 0;
        if (!again) {
          throw failure(name, e, unknownOutcome);
        }
        LOG.log(
            Level.FINE, "{0}: SQLState {1}, trying again", new Object[] {name, e.getSQLState()});
        sleep(wait);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      }
    }
  }

  private static RuntimeException failure(String name, SQLException e, boolean unknownOutcome) {
    if (SqlStates.isTransient(e) || SqlStates.isTimeout(e)) {
      LOG.log(Level.WARNING, name + ": database unavailable, SQLState " + e.getSQLState(), e);
      String message =
          unknownOutcome
              ? "the database connection was lost while committing; repeat the request, with an Idempotency-Key to be sure"
              : "the database cannot take this request now; try again shortly";
      ApiException unavailable = new ApiException(503, "database_unavailable", message, null, 1);
      unavailable.initCause(e);
      return unavailable;
    }
    return new IllegalStateException(name + " failed with SQLState " + e.getSQLState(), e);
  }

  private static Duration jitter(Duration pause) {
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
  }

  private static void sleep(Duration wait) {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(503, "database_unavailable", "the server is stopping", null, 1);
    }
  }

  /** Statements over a connection or transaction. */
  @FunctionalInterface
  public interface Work<C, T> {
    T run(C context) throws SQLException;
  }

  @FunctionalInterface
  private interface Try<T> {
    T run(Attempt attempt) throws SQLException;
  }

  private static final class Attempt {
    private boolean commitSent;
  }
}
