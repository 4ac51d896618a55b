package io.perdura.memory;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * The steps of one erasure: short transactions, each with its count in the ledger. It may be
 * stopped after any of them and started again: what was done is not found a second time.
 */
final class ErasureRun {
  /** Left for the answer when a run has to stop at the deadline. */
  private static final Duration RESERVE = Duration.ofMillis(700);

  private final Database database;
  private final int chunk;
  private final ErasureEvents events;
  private Erasure erasure;
  private String fenced;

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

  /** A step took longer than the fence stands by itself; begin again behind a new one. */
  static final class FenceFellException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One short transaction. */
  @FunctionalInterface
  interface Step<T> {
    T run(Tx tx, Removed removed) throws SQLException;
  }

  Erasure erasure() {
    return erasure;
  }

  int chunk() {
    return chunk;
  }

  <T> T step(Step<T> step) {
    checkTime();
    return database.transaction(
        "erase",
        tx -> {
          if (fenced != null) {
            if (!EraseFence.renew(tx.connection(), erasure, fenced)) {
              throw new FenceFellException();
            }
            // The one who works on nodes and edges in an order of its own.
            TopicClustering.lock(tx, List.of(fenced));
          }
          Removed removed = new Removed();
          T result = step.run(tx, removed);
          new ErasureLedger(tx.connection()).add(erasure, removed);
          return result;
        });
  }

  private static void checkTime() {
    if (Deadline.current().remaining().compareTo(RESERVE) < 0) {
      throw new OutOfTimeException();
    }
  }

  /**
   * Raises the fence around a scope and waits for those who were writing already. A fresh erasure
   * of one target then takes everything there is: nobody has an answer yet that says otherwise.
   */
  void enclose(String scopeKey) {
    database.transaction(
        "raise the fence",
        tx -> {
          EraseFence.raise(tx.connection(), erasure, scopeKey);
          return null;
        });
    fenced = scopeKey;
    OffsetDateTime time = database.read("fence time", EraseFence::now);
    awaitWriters(time);
    if (erasure.fresh() && erasure.kind() != EraseRequest.Kind.TENANT) {
      erasure = step((tx, removed) -> new ErasureLedger(tx.connection()).moveTo(erasure, time));
    }
  }

  /** Waits until nobody writes any more who began at {@code time} or before. */
  void awaitWriters(OffsetDateTime time) {
    while (database.read("older writers", c -> EraseFence.olderWriters(c, time))) {
      checkTime();
      if (!EraseFence.pause()) {
        throw new OutOfTimeException();
      }
    }
  }

  /** Lets writers in again. */
  void open() {
    if (fenced != null) {
      fenced = null;
      database.transaction(
          "lower the fence",
          tx -> {
            EraseFence.lower(tx.connection(), erasure);
            return null;
          });
    }
  }

  String progress() {
    return database.read("progress", c -> new ErasureLedger(c).progress(erasure));
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

  /** Tells the candidate index, once the transaction is committed. */
  void announce(Tx tx, ScopeKey scope, List<UUID> nodeIds) {
    tx.afterCommit(() -> events.changed(scope.key(), nodeIds));
  }
}
