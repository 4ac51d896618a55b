package io.perdura.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Statements of linking. */
final class SequencerSql {
  /** A holder that has not renewed for so long may be replaced. */
  static final String LEASE = "interval '1500 milliseconds'";

  /** Takes the lease when nobody holds it any more; the fence tells holders apart. */
  private static final String TAKE =
      """
      update audit_sequencer set holder = ?, fence = fence + 1, renewed_at = clock_timestamp()
       where renewed_at < clock_timestamp() - %s
      returning fence
      """
          .formatted(LEASE);

  private static final String RENEW =
      "update audit_sequencer set renewed_at = clock_timestamp() where holder = ? and fence = ?";

  private static final String RELEASE =
      "update audit_sequencer set renewed_at = '-infinity' where holder = ? and fence = ?";

  private static final String OLDEST =
      """
      select coalesce(extract(epoch from clock_timestamp() - (
        select recorded_at from audit_inbox order by arrival limit 1)), 0)
      """;

  /**
   * Everything that can be seen and has not been linked, oldest first, with the end of its chain. A
   * row is in the inbox until it is linked, so there is no mark that a late commit could be behind.
   * Sorting and reading the whole table are switched off: the plan is made while it is empty.
   */
  private static final String WAITING =
      """
      set local enable_seqscan = off; set local enable_sort = off;
      select i.arrival, i.chain, (extract(epoch from i.recorded_at) * 1000000)::bigint, i.entry, h.head_seq, h.head_hash,
             extract(epoch from clock_timestamp() - i.recorded_at)
        from (select * from audit_inbox order by arrival limit ?) i
        left join audit_chains h on h.chain = i.chain
       order by i.arrival
      """;

  /**
   * Moves the rows, if the fence is still ours: holder, fence, arrivals; arrival, seq, prev, hash;
   * chain, seq, hash.
   */
  private static final String LINK =
      """
      with lease as (
        update audit_sequencer set renewed_at = clock_timestamp() where holder = ? and fence = ? returning 1
      ), moved as (
        delete from audit_inbox i using lease where i.arrival = any (?::bigint[])
        returning i.arrival, i.chain, i.recorded_at, i.entry, i.personal
      ), linked as (
        insert into audit_chain (chain, seq, recorded_at, entry, personal, prev_hash, hash)
        select m.chain, l.seq, m.recorded_at, m.entry, m.personal, l.prev_hash, l.hash
          from unnest(?::bigint[], ?::bigint[], ?::bytea[], ?::bytea[]) as l(arrival, seq, prev_hash, hash)
          join moved m on m.arrival = l.arrival
        returning chain, recorded_at
      ), heads as (
        insert into audit_chains as c (chain, head_seq, head_hash, oldest_at)
        select e.chain, e.seq, e.hash, (select min(recorded_at) from linked l where l.chain = e.chain)
          from lease, unnest(?::text[], ?::bigint[], ?::bytea[]) as e(chain, seq, hash)
        on conflict (chain) do update set head_seq = excluded.head_seq, head_hash = excluded.head_hash,
          oldest_at = least(c.oldest_at, excluded.oldest_at)
      )
      select (select count(*) from lease), (select count(*) from linked)
      """;

  private SequencerSql() {}

  /** A row that waits, and the end of its chain; sequence 0 when the chain has no row yet. */
  record Waiting(
      long arrival,
      String chain,
      long recordedMicros,
      String entry,
      long headSeq,
      byte[] headHash,
      double ageSeconds) {}

  /** Returns the new fence, 0 when somebody else holds the lease. */
  static long take(Connection connection, String holder) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
      statement.setString(1, holder);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  static boolean renew(Connection connection, String holder, long fence) throws SQLException {
    return mark(connection, RENEW, holder, fence);
  }

  static boolean release(Connection connection, String holder, long fence) throws SQLException {
    return mark(connection, RELEASE, holder, fence);
  }

  private static boolean mark(Connection connection, String sql, String holder, long fence)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, holder);
      statement.setLong(2, fence);
      return statement.executeUpdate() == 1;
    }
  }

  static double oldestSeconds(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OLDEST);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getDouble(1);
    }
  }

  static List<Waiting> waiting(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WAITING)) {
      statement.setInt(1, limit);
      boolean result = statement.execute();
      while (!result) {
        result = statement.getMoreResults();
      }
      List<Waiting> rows = new ArrayList<>();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          byte[] head = row.getBytes(6);
          rows.add(
              new Waiting(
                  row.getLong(1),
                  row.getString(2),
                  row.getLong(3),
                  row.getString(4),
                  row.getLong(5),
                  head == null ? ChainHash.first() : head,
                  row.getDouble(7)));
        }
      }
      return rows;
    }
  }

  /** What a statement did. */
  record Linked(boolean leased, long rows) {}

  static Linked link(Connection connection, String holder, long fence, Links links)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LINK)) {
      statement.setString(1, holder);
      statement.setLong(2, fence);
      statement.setArray(3, connection.createArrayOf("int8", links.arrivals()));
      statement.setArray(4, connection.createArrayOf("int8", links.arrivals()));
      statement.setArray(5, connection.createArrayOf("int8", links.seqs()));
      statement.setArray(6, connection.createArrayOf("bytea", links.prevHashes()));
      statement.setArray(7, connection.createArrayOf("bytea", links.hashes()));
      statement.setArray(8, connection.createArrayOf("text", links.chains()));
      statement.setArray(9, connection.createArrayOf("int8", links.headSeqs()));
      statement.setArray(10, connection.createArrayOf("bytea", links.headHashes()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Linked(row.getLong(1) == 1, row.getLong(2));
      }
    }
  }
}
