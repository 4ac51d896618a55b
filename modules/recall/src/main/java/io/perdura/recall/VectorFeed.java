package io.perdura.recall;

import io.perdura.kernel.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * Stored vectors for an index outside the database.
 *
 * <p>A reader remembers {@link #horizon()}, taken before it reads: every transaction below it had
 * ended, so what it reads next time are the rows changed by this transaction or a later one. Rows
 * may come twice; none is missed.
 */
final class VectorFeed {
  private static final int FETCH = 500;

  private static final String COLUMNS =
      "select node_id, generation_id, scope, embedding::real[], eligible, memory_lane, owner_agent_id, owner_team_id from memory_vectors";

  private static final String VISIBLE =
      " where generation_id = ? and scope = ? and eligible and (memory_lane = 'shared'"
          + " or owner_agent_id = ? or owner_team_id = ?)";

  private final Database database;

  VectorFeed(Database database) {
    this.database = database;
  }

  /**
   * A stored vector.
   *
   * @param eligible whether searches may find it
   */
  record Row(
      UUID id,
      int generationId,
      String scope,
      float[] vector,
      boolean eligible,
      String lane,
      String agentId,
      String teamId) {}

  /** Takes rows as they are read. */
  interface Sink {
    void row(Row row);

    void removed(UUID id, int generationId);
  }

  /**
   * Which database this is, and which of its lives: another one means that nothing remembered of it
   * holds.
   */
  String identity() {
    return database.read(
        "database identity",
        connection ->
            text(
                connection,
                "select s.system_identifier || '/' || d.oid || '/' || c.timeline_id from pg_control_system() s,"
                    + " pg_control_checkpoint() c, pg_database d where d.datname = current_database()"));
  }

  /** The oldest transaction that may still change something. */
  long horizon() {
    return database.read(
        "vector horizon",
        connection ->
            Long.parseLong(
                text(connection, "select pg_snapshot_xmin(pg_current_snapshot())::text")));
  }

  /** Hands over what changed since {@code horizon}: removals first. */
  void changes(long horizon, Sink sink) {
    database.read(
        "changed vectors",
        connection -> {
          try (PreparedStatement graves =
              connection.prepareStatement(
                  "select node_id, generation_id from memory_vector_tombstones where changed_xid >= ?::text::xid8")) {
            graves.setString(1, Long.toString(horizon));
            try (ResultSet rows = graves.executeQuery()) {
              while (rows.next()) {
                sink.removed(rows.getObject(1, UUID.class), rows.getInt(2));
              }
            }
          }
          try (PreparedStatement changed =
              connection.prepareStatement(COLUMNS + " where changed_xid >= ?::text::xid8")) {
            changed.setString(1, Long.toString(horizon));
            read(changed, sink);
          }
          return null;
        });
  }

  /** Hands over every vector there is. */
  void all(Sink sink) {
    database.transaction(
        "all vectors",
        tx -> {
          try (PreparedStatement statement = tx.connection().prepareStatement(COLUMNS)) {
            statement.setFetchSize(FETCH);
            read(statement, sink);
          }
          return null;
        });
  }

  /** Compares every visible vector of a scope: right at any time, slow for large scopes. */
  Candidates scan(CandidateQuery query) {
    return database.transaction(
        "scan vectors",
        tx -> {
          Nearest nearest = new Nearest(query.k());
          try (PreparedStatement statement = tx.connection().prepareStatement(COLUMNS + VISIBLE)) {
            statement.setInt(1, query.generationId());
            statement.setString(2, query.scope());
            statement.setString(3, query.viewer().agentId());
            statement.setString(4, query.viewer().teamId());
            statement.setFetchSize(FETCH);
            read(
                statement,
                new Sink() {
                  @Override
                  public void row(Row row) {
                    nearest.offer(row.id(), Vectors.cosineDistance(query.vector(), row.vector()));
                  }

                  @Override
                  public void removed(UUID id, int generationId) {
                    throw new IllegalStateException("a scan sees no removals");
                  }
                });
          }
          return new Candidates(nearest.inOrder(), true);
        });
  }

  private static void read(PreparedStatement statement, Sink sink) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        sink.row(
            new Row(
                rows.getObject(1, UUID.class),
                rows.getInt(2),
                rows.getString(3),
                VectorColumns.read(rows, 4),
                rows.getBoolean(5),
                rows.getString(6),
                rows.getString(7),
                rows.getString(8)));
      }
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
