package io.perdura.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.VouchedChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Statements that read the trail. */
final class TrailSql {
  private static final int FETCH = 2_000;

  /** A chain that has rows and no ends is there as well: somebody took its ends away. */
  private static final String CHAINS =
      """
      select n.chain, coalesce(c.head_seq, 0), c.head_hash, coalesce(c.anchor_seq, 0), c.anchor_hash,
             case when isfinite(c.pruned_before) then (extract(epoch from c.pruned_before) * 1000000)::bigint end
        from (with recursive names as (
                (select chain from audit_chain order by chain limit 1)
                union all
                select (select a.chain from audit_chain a where a.chain > n.chain order by a.chain limit 1)
                  from names n where n.chain is not null)
              select chain from names where chain is not null
              union select chain from audit_chains) n
        left join audit_chains c on c.chain = n.chain
       where n.chain = coalesce(?, n.chain)
       order by n.chain
      """;

  private static final String ROWS =
      """
      select seq, (extract(epoch from recorded_at) * 1000000)::bigint, entry, personal, prev_hash, hash
        from audit_chain where chain = ? order by seq
      """;

  private static final String INBOX =
      """
      select chain, entry, (extract(epoch from recorded_at) * 1000000)::bigint,
             extract(epoch from clock_timestamp() - recorded_at)
        from audit_inbox where chain = coalesce(?, chain) order by arrival
      """;

  private static final String STREAMS =
      """
      select stream, node, shipped, damaged, closed_at is null and seen_at > now() - interval '60 seconds', closed_at is not null
        from audit_spools
      """;

  private static final String CHANGES =
      """
      select e.event_id, e.actor, e.action, e.resource_type, e.resource_id, e.tenant_id, e.request_id, e.details::text,
             e.details = '{"erased": true}' and exists (
               select from erasure_ledger l
                where l.kind = 'tenant' and l.tenant_id = e.tenant_id and l.requested_at >= e.created_at)
        from control_audit_events e where e.event_id = any (?::text[])
      """;

  private TrailSql() {}

  /** Both ends of a chain. {@code prunedMicros} is Long.MIN_VALUE when nothing was pruned. */
  record Chain(
      String name,
      long headSeq,
      byte[] headHash,
      long anchorSeq,
      byte[] anchorHash,
      long prunedMicros) {}

  /** A row that waits to be linked. */
  record Unlinked(String chain, String entry, long recordedMicros, double ageSeconds) {}

  /** Something to do with each row. */
  @FunctionalInterface
  interface Each<T> {
    void accept(T row);
  }

  static List<Chain> chains(Connection connection, String only) throws SQLException {
    List<Chain> chains = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(CHAINS)) {
      statement.setString(1, only);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long pruned = row.getLong(6);
          chains.add(
              new Chain(
                  row.getString(1),
                  row.getLong(2),
                  orFirst(row.getBytes(3)),
                  row.getLong(4),
                  orFirst(row.getBytes(5)),
                  row.wasNull() || pruned == 0 ? Long.MIN_VALUE : pruned));
        }
      }
    }
    return chains;
  }

  private static byte[] orFirst(byte[] hash) {
    return hash == null ? ChainHash.first() : hash;
  }

  /** Reads a chain in a transaction that is open already, a piece at a time. */
  static void rows(Connection connection, String chain, Each<ChainCheck.Row> each)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      statement.setString(1, chain);
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          each.accept(
              new ChainCheck.Row(
                  row.getLong(1),
                  row.getLong(2),
                  row.getString(3),
                  row.getString(4),
                  row.getBytes(5),
                  row.getBytes(6)));
        }
      }
    }
  }

  static void inbox(Connection connection, String only, Each<Unlinked> each) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INBOX)) {
      statement.setString(1, only);
      statement.setFetchSize(FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          each.accept(
              new Unlinked(row.getString(1), row.getString(2), row.getLong(3), row.getDouble(4)));
        }
      }
    }
  }

  static Map<String, StreamCheck.Stream> streams(Connection connection) throws SQLException {
    Map<String, StreamCheck.Stream> streams = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(STREAMS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        streams.put(
            row.getString(1),
            new StreamCheck.Stream(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                row.getBoolean(5),
                row.getBoolean(6)));
      }
    }
    return streams;
  }

  /** An event of the control plane as it is stored, and whether an erasure took its details. */
  record Change(VouchedChange event, boolean erased) {}

  /** Changes of the control plane that are there, by id. */
  static Map<String, Change> changes(Connection connection, Collection<String> ids)
      throws SQLException {
    Map<String, Change> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(CHANGES)) {
      statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ObjectNode event = Jsons.object().put("event_id", row.getString(1));
          event.put("actor", row.getString(2)).put("action", row.getString(3));
          event.put("resource_type", row.getString(4)).put("resource_id", row.getString(5));
          event.put("tenant_id", row.getString(6)).put("request_id", row.getString(7));
          event.set("details", Jsons.stored(row.getString(8)));
          found.put(row.getString(1), new Change(VouchedChange.of(event), row.getBoolean(9)));
        }
      }
    }
    return found;
  }
}
