package io.perdura.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The least a worker can do for embed events: claim a batch, store the vectors, end the events,
 * over one connection.
 */
final class OutboxFloor {
  private static final int BATCH = 100;
  private static final int LEASE_MILLIS = 60_000;

  private final DatabaseAddress database;
  private final SqlFile sql;
  private final int dimension;

  OutboxFloor(DatabaseAddress database, SqlFile sql, int dimension) {
    this.database = database;
    this.sql = sql;
    this.dimension = dimension;
  }

  /** Drains all events of the scope and returns how many a second that was. */
  double drain(String scope) throws SQLException, IOException {
    try (Connection connection = sql.connect(database);
        PreparedStatement claim = connection.prepareStatement(sql.read("outbox-claim"));
        PreparedStatement nodes = connection.prepareStatement(sql.read("outbox-nodes"));
        PreparedStatement vectors = connection.prepareStatement(sql.read("outbox-vectors"))) {
      long start = System.nanoTime();
      int total = 0;
      for (int done = batch(connection, scope, claim, nodes, vectors);
          done > 0;
          done = batch(connection, scope, claim, nodes, vectors)) {
        total += done;
      }
      return total / ((System.nanoTime() - start) / 1e9);
    }
  }

  private int batch(
      Connection connection,
      String scope,
      PreparedStatement claim,
      PreparedStatement nodes,
      PreparedStatement vectors)
      throws SQLException {
    List<Long> events = new ArrayList<>();
    List<Long> fences = new ArrayList<>();
    List<UUID> ids = new ArrayList<>();
    float[] values = new float[BATCH * dimension];
    claim.setInt(1, LEASE_MILLIS);
    claim.setInt(2, LEASE_MILLIS);
    claim.setString(3, scope);
    claim.setInt(4, BATCH);
    try (ResultSet row = claim.executeQuery()) {
      while (row.next()) {
        FakeVectors.write(row.getString(4), values, ids.size() * dimension, dimension);
        events.add(row.getLong(1));
        fences.add(row.getLong(2));
        ids.add(UUID.fromString(row.getString(3)));
      }
    }
    if (events.isEmpty()) {
      return 0;
    }
    connection.setAutoCommit(false);
    nodes.setString(1, Stage.MODEL);
    nodes.setArray(2, connection.createArrayOf("uuid", ids.toArray()));
    nodes.setString(3, scope);
    nodes.executeUpdate();
    vectors.setObject(1, values);
    vectors.setArray(2, connection.createArrayOf("uuid", ids.toArray()));
    vectors.setArray(3, connection.createArrayOf("int8", events.toArray()));
    vectors.setArray(4, connection.createArrayOf("int8", fences.toArray()));
    vectors.executeUpdate();
    connection.commit();
    connection.setAutoCommit(true);
    return events.size();
  }
}
