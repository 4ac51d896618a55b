package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The statements of a worker. Each runs under the database's clock. */
final class OutboxStore {
  private final Database database;
  private final String settle;

  OutboxStore(Database database) {
    this(database, SettleSql.SETTLE);
  }

  /** With another settling statement: how the tests show that they would see a missing fence. */
  OutboxStore(Database database, String settle) {
    this.database = database;
    this.settle = settle;
  }

  Database database() {
    return database;
  }

  /**
   * Takes up to {@code size} due events for {@code worker}, in one transaction of its own.
   *
   * @param priorities in the order of their turns
   * @param starts for each priority the scope after which the walk starts
   */
  Claim claim(
      String worker,
      int[] priorities,
      String[] starts,
      int size,
      long leaseMillis,
      int maxAttempts) {
    return database.transaction(
        "claim outbox events",
        tx -> {
          try (PreparedStatement claim =
              tx.connection().prepareStatement(IndexedSql.of(ClaimSql.CLAIM))) {
            claim.setArray(1, array(tx.connection(), "int2", box(priorities)));
            claim.setArray(2, array(tx.connection(), "text", starts));
            claim.setInt(3, size);
            claim.setInt(4, size);
            claim.setInt(5, size);
            claim.setInt(6, maxAttempts);
            claim.setString(7, worker);
            claim.setLong(8, leaseMillis);
            claim.setInt(9, size);
            return readClaim(claim);
          }
        });
  }

  private static Claim readClaim(PreparedStatement claim) throws SQLException {
    List<ClaimedEvent> taken = new ArrayList<>();
    List<ClaimedEvent> buried = new ArrayList<>();
    JsonNode starts = Jsons.object();
    double oldest = 0;
    try (ResultSet row = IndexedSql.query(claim)) {
      while (row.next()) {
        starts = Jsons.stored(row.getString("starts"));
        long id = row.getLong("id");
        if (row.wasNull()) {
          continue;
        }
        ClaimedEvent event =
            new ClaimedEvent(
                id,
                row.getString("scope"),
                row.getObject("commit_id", UUID.class),
                row.getString("event_type"),
                Jsons.stored(row.getString("payload")),
                row.getInt("attempts"),
                row.getLong("fence"));
        (row.getBoolean("live") ? taken : buried).add(event);
        oldest = Math.max(oldest, row.getDouble("age"));
      }
    }
    return new Claim(taken, buried, starts, oldest);
  }

  /**
   * Stores the verdicts inside {@code tx}.
   *
   * @throws LeaseLostException when {@code worker} no longer holds one of the events
   */
  void settle(Tx tx, String worker, List<Verdict> verdicts) throws SQLException {
    ArrayNode rows = Jsons.array();
    verdicts.forEach(verdict -> rows.add(verdict.row(worker)));
    try (PreparedStatement update = tx.connection().prepareStatement(IndexedSql.of(settle))) {
      Long[] ids = verdicts.stream().map(verdict -> verdict.event().id()).toArray(Long[]::new);
      update.setString(1, Jsons.text(rows));
      update.setArray(2, array(tx.connection(), "int8", ids));
      int stored = IndexedSql.update(update);
      if (stored != verdicts.size()) {
        throw new LeaseLostException(verdicts.size() - stored);
      }
    }
  }

  /** Returns events to the queue as if they had not been claimed; those no longer held stay. */
  int giveBack(String worker, List<ClaimedEvent> events) {
    return database.transaction(
        "give outbox events back",
        tx -> {
          Long[] ids = events.stream().map(ClaimedEvent::id).toArray(Long[]::new);
          Long[] fences = events.stream().map(ClaimedEvent::fence).toArray(Long[]::new);
          try (PreparedStatement update =
              tx.connection().prepareStatement(IndexedSql.of(SettleSql.GIVE_BACK))) {
            update.setArray(1, array(tx.connection(), "int8", ids));
            update.setArray(2, array(tx.connection(), "int8", fences));
            update.setArray(3, array(tx.connection(), "int8", ids));
            update.setString(4, worker);
            return IndexedSql.update(update);
          }
        });
  }

  /** Lets the leases of everything that {@code workers} hold begin anew; returns how many. */
  int renew(Collection<String> workers, long leaseMillis) {
    return database.transaction(
        "renew outbox leases",
        tx -> {
          try (PreparedStatement update =
              tx.connection().prepareStatement(IndexedSql.of(SettleSql.RENEW))) {
            update.setLong(1, leaseMillis);
            update.setLong(2, leaseMillis);
            update.setArray(3, array(tx.connection(), "text", workers.toArray()));
            return IndexedSql.update(update);
          }
        });
  }

  /**
   * Ends the leases of workers whose name starts with {@code gone}, except those starting with
   * {@code alive}; returns how many.
   */
  int release(String gone, String alive) {
    return database.transaction(
        "release outbox events",
        tx -> {
          try (PreparedStatement update =
              tx.connection().prepareStatement(IndexedSql.of(SettleSql.RELEASE))) {
            update.setString(1, gone);
            update.setString(2, alive);
            return IndexedSql.update(update);
          }
        });
  }

  private static Array array(Connection connection, String type, Object[] values)
      throws SQLException {
    return connection.createArrayOf(type, values);
  }

  private static Object[] box(int[] values) {
    Object[] boxed = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = (short) values[i];
    }
    return boxed;
  }

  /**
   * What a claim brought.
   *
   * @param buried events whose worker died on their last attempt; they are dead letters now
   * @param starts by priority, where the next claim starts
   * @param oldestSeconds age of the oldest event, since it was stored
   */
  record Claim(
      List<ClaimedEvent> taken, List<ClaimedEvent> buried, JsonNode starts, double oldestSeconds) {}
}
