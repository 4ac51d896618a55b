package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.recall.VectorRow.VectorKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Stored vectors for an index outside the database.
 *
 * <p>A reader remembers the database's snapshot of the moment it last read (which transactions it
 * saw) and is then given exactly what transactions that it did not see have changed: nothing is
 * missed, however long a transaction took, and nothing comes twice.
 */
final class VectorFeed {
  private static final int FETCH = 500;
  private static final int PAGE = 1000;
  private static final int GRAVE = 1;
  private static final int ROW = 2;

  private static final String SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
        set_config('enable_seqscan', 'off', true);
      """;

  /** Snapshot of this statement, removals, rows: in this order, and all as of one moment. */
  private static final String CHANGES =
      """
      with since as materialized (select ?::pg_snapshot as seen)
      select * from (
        select 0 as kind, pg_current_snapshot()::text as scope, null::uuid as node_id, null::int as generation_id,
          null::bytea as vector, null::boolean as eligible, null::text as memory_lane,
          null::text as owner_agent_id, null::text as owner_team_id
        union all
        select 1, null, node_id, generation_id, null, null, null, null, null
        from memory_vector_tombstones
        where changed_xid >= (select pg_snapshot_xmin(seen) from since)
          and not pg_visible_in_snapshot(changed_xid, (select seen from since))
        union all
        select 2, scope, node_id, generation_id, %s, eligible, memory_lane, owner_agent_id, owner_team_id
        from memory_vectors
        where changed_xid >= (select pg_snapshot_xmin(seen) from since)
          and not pg_visible_in_snapshot(changed_xid, (select seen from since))) change
      """
          .formatted(VectorColumns.PACKED);

  private static final String COLUMNS =
      "select 2, scope, node_id, generation_id, "
          + VectorColumns.PACKED
          + ", eligible, memory_lane, owner_agent_id, owner_team_id from memory_vectors";

  private static final String NEXT_PAGE =
      COLUMNS
          + " where (generation_id, node_id) > (?, ?) order by generation_id, node_id limit "
          + PAGE;

  private static final String NEXT_KEYS =
      "select generation_id, node_id from memory_vectors where (generation_id, node_id) > (?, ?)"
          + " order by generation_id, node_id limit 10000";

  private static final String VISIBLE =
      " where generation_id = ? and scope = ? and eligible and (memory_lane = 'shared'"
          + " or owner_agent_id = ? or owner_team_id = ?)";

  /** Of one database in one of its lives: a restore or a promotion begins another. */
  private static final String IDENTITY =
      """
      select s.system_identifier || '/' || d.oid || '/' || 'memory_vectors'::regclass::oid || '/'
        || left(pg_walfile_name(pg_current_wal_lsn()), 8)
      from pg_control_system() s, pg_database d where d.datname = current_database()
      """;

  private final Database database;

  VectorFeed(Database database) {
    this.database = database;
  }

  /** Takes changes as they are read. */
  interface Sink {
    void row(VectorRow row);

    void removed(VectorKey key);
  }

  /**
   * What changed.
   *
   * @param seen snapshot to ask from next time
   * @param complete false when there was more than the caller wanted; then nothing is to be used
   */
  record Changes(String seen, List<VectorKey> removed, List<VectorRow> rows, boolean complete) {}

  String identity() {
    return database.read("database identity", connection -> text(connection, IDENTITY));
  }

  /** Returns the snapshot of now. */
  String snapshot() {
    return database.read(
        "snapshot", connection -> text(connection, "select pg_current_snapshot()::text"));
  }

  /** Returns what changed since {@code seen}, in one round trip; gives up beyond {@code most}. */
  Changes changes(String seen, int most) {
    return database.read(
        "changed vectors",
        connection -> {
          Gathering gathering = new Gathering();
          String sql = SETTINGS + CHANGES + " limit " + (most + 2);
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, seen);
            statement.execute();
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
              String now = read(rows, gathering);
              int count = gathering.removed.size() + gathering.rows.size();
              return new Changes(now, gathering.removed, gathering.rows, count <= most);
            }
          }
        });
  }

  /** Hands over what changed since {@code seen}, however much; returns the snapshot for later. */
  String stream(String seen, Sink sink) {
    return database.transaction(
        "changed vectors",
        tx -> {
          try (PreparedStatement statement = tx.connection().prepareStatement(CHANGES)) {
            statement.setString(1, seen);
            statement.setFetchSize(FETCH);
            try (ResultSet rows = statement.executeQuery()) {
              return read(rows, sink);
            }
          }
        });
  }

  /** Hands over every vector, page by page; each page as of its own moment. */
  void all(Sink sink) {
    VectorKey last = new VectorKey(-1, new UUID(0, 0));
    while (last != null) {
      VectorKey after = last;
      last = database.read("all vectors", connection -> page(connection, after, sink));
    }
  }

  /** Hands over the keys of all vectors in order of generation and id. */
  void keys(java.util.function.Consumer<VectorKey> sink) {
    VectorKey last = new VectorKey(-1, new UUID(0, 0));
    while (last != null) {
      VectorKey after = last;
      List<VectorKey> page =
          database.read("keys of vectors", connection -> keys(connection, after));
      page.forEach(sink);
      last = page.isEmpty() ? null : page.getLast();
    }
  }

  /** Compares every visible vector of a scope: right at any time, slow for large scopes. */
  Candidates scan(CandidateQuery query) {
    return database.transaction(
        "scan vectors",
        tx -> {
          Nearest nearest = new Nearest(query.k());
          Vectors.Target target = new Vectors.Target(query.vector());
          try (PreparedStatement statement = tx.connection().prepareStatement(COLUMNS + VISIBLE)) {
            statement.setInt(1, query.generationId());
            statement.setString(2, query.scope());
            statement.setString(3, query.viewer().agentId());
            statement.setString(4, query.viewer().teamId());
            statement.setFetchSize(FETCH);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                VectorRow row = row(rows);
                nearest.offer(row.id(), target.distance(row.vector()));
              }
            }
          }
          return new Candidates(nearest.inOrder(), true);
        });
  }

  private static VectorKey page(Connection connection, VectorKey after, Sink sink)
      throws SQLException {
    VectorKey last = null;
    try (PreparedStatement statement = connection.prepareStatement(NEXT_PAGE)) {
      statement.setInt(1, after.generationId());
      statement.setObject(2, after.id());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          VectorRow row = row(rows);
          sink.row(row);
          last = row.key();
        }
      }
    }
    return last;
  }

  private static List<VectorKey> keys(Connection connection, VectorKey after)
      throws SQLException {
    List<VectorKey> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(NEXT_KEYS)) {
      statement.setInt(1, after.generationId());
      statement.setObject(2, after.id());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          keys.add(new VectorKey(rows.getInt(1), rows.getObject(2, UUID.class)));
        }
      }
    }
    return keys;
  }

  private static String read(ResultSet rows, Sink sink) throws SQLException {
    String snapshot = null;
    while (rows.next()) {
      switch (rows.getInt(1)) {
        case GRAVE -> sink.removed(new VectorKey(rows.getInt(4), rows.getObject(3, UUID.class)));
        case ROW -> sink.row(row(rows));
        default -> snapshot = rows.getString(2);
      }
    }
    return snapshot;
  }

  private static VectorRow row(ResultSet row) throws SQLException {
    return new VectorRow(
        new VectorKey(row.getInt(4), row.getObject(3, UUID.class)),
        row.getString(2),
        VectorColumns.read(row, 5),
        row.getBoolean(6),
        row.getString(7),
        row.getString(8),
        row.getString(9));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static final class Gathering implements Sink {
    private final List<VectorKey> removed = new ArrayList<>();
    private final List<VectorRow> rows = new ArrayList<>();

    @Override
    public void row(VectorRow row) {
      rows.add(row);
    }

    @Override
    public void removed(VectorKey key) {
      removed.add(key);
    }
  }
}
