package io.perdura.recall;

import io.perdura.kernel.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stored vectors for an index outside the database.
 *
 * <p>A reader remembers the {@link Position} it read at, a snapshot of PostgreSQL's: the next time
 * it gets the rows of exactly those transactions that the snapshot did not show, also of one that
 * began before it and ended after it. Rows may come twice; none is missed.
 */
final class VectorFeed {
  private static final int FETCH = 500;

  /** More changed rows than this are not held in memory together. */
  private static final int FEW = 1000;

  private static final String COLUMNS =
      "select node_id, generation_id, scope, embedding::real[], eligible, memory_lane, owner_agent_id, owner_team_id from memory_vectors";

  private static final String VISIBLE =
      " where generation_id = ? and scope = ? and eligible and (memory_lane = 'shared'"
          + " or owner_agent_id = ? or owner_team_id = ?)";

  /**
   * Where a reader stands. The identity changes with the server's data, its time line after a
   * fail-over, the database, the table, and with a truncation or rewriting of the table.
   */
  private static final String POSITION =
      """
      select s.system_identifier || '/' || d.oid || '/' || c.oid || '/' || pg_relation_filenode(c.oid) || '/'
          || case when pg_is_in_recovery() then '-' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end,
        pg_current_snapshot()::text, extract(epoch from clock_timestamp())::bigint
      from pg_control_system() s, pg_database d, pg_class c
      where d.datname = current_database() and c.oid = 'memory_vectors'::regclass
      """;

  /** The table may have grown since the plan was made: always by the index on changed_xid. */
  private static final String BY_INDEX = "select set_config('enable_seqscan', 'off', true)";

  private static final String SINCE =
      " where changed_xid >= pg_snapshot_xmin(?::pg_snapshot) and not pg_visible_in_snapshot(changed_xid, ?::pg_snapshot)";
  private static final String GRAVES =
      "select node_id, generation_id from memory_vector_tombstones" + SINCE;
  private static final String CHANGED = COLUMNS + SINCE;
  private static final String FEW_CHANGES =
      String.join(";", BY_INDEX, POSITION, GRAVES, CHANGED + " limit " + (FEW + 1));
  private static final String COUNT = "select count(*) from memory_vectors where eligible";

  private final Database database;
  private final AtomicLong handedOver = new AtomicLong();

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

  /**
   * Up to where a reader has read.
   *
   * @param identity which table of which life of which database
   * @param snapshot the transactions that were visible
   * @param at seconds since 1970 on the database's clock
   */
  record Position(String identity, String snapshot, long at) {
    /** Transactions from here on were not visible: the middle of {@code xmin:xmax:list}. */
    private long end() {
      return Long.parseUnsignedLong(snapshot.split(":", -1)[1]);
    }

    /**
     * Tells whether what changed between {@code earlier} and here can be known: it is the same
     * data, which did not go back, and no removal has been forgotten since.
     */
    boolean follows(Position earlier, long removalsKeptSeconds) {
      return identity.equals(earlier.identity)
          && Long.compareUnsigned(earlier.end(), end()) <= 0
          && at - earlier.at < removalsKeptSeconds;
    }
  }

  /**
   * How a reading at one instant ended.
   *
   * @param position where the reader stands now
   * @param eligible how many vectors searches may find there
   */
  record Reading(Position position, long eligible) {}

  /** Takes rows as they are read. */
  interface Sink {
    void row(Row row);

    void removed(UUID id, int generationId);
  }

  /** Returns how many rows and removals were handed over since the start. */
  long handedOver() {
    return handedOver.get();
  }

  /** Where a reader would stand now. */
  Position position() {
    return database.read("vector position", VectorFeed::position);
  }

  /** Hands over what changed since {@code last}, removals first; returns the new position. */
  Position changes(Position last, Sink sink) {
    Position next = database.read("changed vectors", connection -> few(connection, last, sink));
    return next != null ? next : changesAndCount(last, sink).position;
  }

  /** As {@link #changes}, read at one instant with the number of vectors at that instant. */
  Reading changesAndCount(Position last, Sink sink) {
    return database.transaction(
        "all changed vectors",
        tx -> {
          Connection connection = tx.connection();
          try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read, read only");
            statement.execute(BY_INDEX);
          }
          final Position next = position(connection);
          try (PreparedStatement graves = connection.prepareStatement(GRAVES)) {
            bind(graves, 1, last);
            graves.setFetchSize(FETCH);
            try (ResultSet rows = graves.executeQuery()) {
              bury(rows, sink);
            }
          }
          try (PreparedStatement changed = connection.prepareStatement(CHANGED)) {
            bind(changed, 1, last);
            changed.setFetchSize(FETCH);
            try (ResultSet rows = changed.executeQuery()) {
              read(rows, Integer.MAX_VALUE, sink);
            }
          }
          return new Reading(next, count(connection));
        });
  }

  /** Hands over every vector there is; returns the position to go on from. */
  Position all(Sink sink) {
    return database.transaction(
        "all vectors",
        tx -> {
          Position next = position(tx.connection());
          try (PreparedStatement statement = tx.connection().prepareStatement(COLUMNS)) {
            statement.setFetchSize(FETCH);
            try (ResultSet rows = statement.executeQuery()) {
              read(rows, Integer.MAX_VALUE, sink);
            }
          }
          return next;
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
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                nearest.offer(
                    rows.getObject(1, UUID.class),
                    Vectors.cosineDistance(query.vector(), VectorColumns.read(rows, 4)));
              }
            }
          }
          return new Candidates(nearest.inOrder(), true);
        });
  }

  /**
   * Everything in one round trip. The position is read first and by a statement of its own: what is
   * committed between it and the rows comes again next time. Returns null when there are too many
   * rows to hold.
   */
  private Position few(Connection connection, Position last, Sink sink) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FEW_CHANGES)) {
      bind(statement, bind(statement, 1, last), last);
      statement.execute();
      statement.getMoreResults();
      Position next;
      try (ResultSet row = statement.getResultSet()) {
        next = readPosition(row);
      }
      statement.getMoreResults();
      try (ResultSet rows = statement.getResultSet()) {
        bury(rows, sink);
      }
      statement.getMoreResults();
      try (ResultSet rows = statement.getResultSet()) {
        return read(rows, FEW, sink) ? next : null;
      }
    }
  }

  private static int bind(PreparedStatement statement, int first, Position last)
      throws SQLException {
    statement.setString(first, last.snapshot);
    statement.setString(first + 1, last.snapshot);
    return first + 2;
  }

  private static Position position(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(POSITION)) {
      return readPosition(row);
    }
  }

  private static Position readPosition(ResultSet row) throws SQLException {
    row.next();
    return new Position(row.getString(1), row.getString(2), row.getLong(3));
  }

  private static long count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COUNT)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void bury(ResultSet rows, Sink sink) throws SQLException {
    while (rows.next()) {
      sink.removed(rows.getObject(1, UUID.class), rows.getInt(2));
      handedOver.incrementAndGet();
    }
  }

  /** Hands over at most {@code most} rows; returns false when there were more. */
  private boolean read(ResultSet rows, int most, Sink sink) throws SQLException {
    int count = 0;
    while (rows.next()) {
      if (count++ == most) {
        return false;
      }
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
      handedOver.incrementAndGet();
    }
    return true;
  }
}
