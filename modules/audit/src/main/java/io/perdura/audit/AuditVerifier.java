package io.perdura.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.VouchedChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Recomputes the trail: every hash of every chain, the numbers of every spool, the changes of the
 * control plane that rows vouch for, and how much waits to be linked.
 *
 * <p>Everything is read in one snapshot; writers are not held up.
 */
public final class AuditVerifier {
  /** Rows that wait longer show that nobody links. */
  static final int STUCK_SECONDS = 60;

  private static final int CHANGES_AT_ONCE = 500;

  private final Connection connection;
  private final ArrayNode broken = Jsons.array();
  private long rows;
  private long dropped;

  private AuditVerifier(Connection connection) {
    this.connection = connection;
  }

  /**
   * Verifies all chains, or one.
   *
   * @param connection not used by anybody else
   * @param only the chain's name (see {@link Chains}); null = all, and the spools
   * @return the report; its {@code ok} is false when a link is broken, a row is missing, or rows
   *     have waited for more than a minute to be linked
   */
  public static ObjectNode verify(Connection connection, String only) throws SQLException {
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      return new AuditVerifier(connection).run(only);
    } finally {
      connection.rollback();
    }
  }

  private ObjectNode run(String only) throws SQLException {
    List<TrailSql.Chain> chains = TrailSql.chains(connection, only);
    long pruned =
        chains.stream().mapToLong(TrailSql.Chain::prunedMicros).max().orElse(Long.MIN_VALUE);
    StreamCheck streams = new StreamCheck(pruned);
    for (TrailSql.Chain chain : chains) {
      check(chain, streams);
    }
    ObjectNode unlinked = unlinked(only, streams);
    ArrayNode gaps = Jsons.array();
    ArrayNode notes = Jsons.array();
    if (only == null) {
      streams.report(TrailSql.streams(connection), gaps, notes);
    }
    boolean ok = broken.isEmpty() && gaps.isEmpty() && !unlinked.get("stuck").booleanValue();
    ObjectNode report = Jsons.object().put("ok", ok).put("chains", chains.size()).put("rows", rows);
    report.set("first_broken", broken.isEmpty() ? Jsons.MAPPER.nullNode() : broken.get(0));
    report.set("broken", broken);
    report.set("unlinked", unlinked);
    report.set("gaps", gaps);
    report.set("notes", notes);
    return report.put("dropped_anonymous", dropped);
  }

  private void check(TrailSql.Chain chain, StreamCheck streams) throws SQLException {
    ChainCheck check = new ChainCheck(chain.name(), chain.anchorSeq(), chain.anchorHash());
    Map<String, Vouched> changes = new HashMap<>();
    TrailSql.rows(
        connection,
        chain.name(),
        row -> {
          rows++;
          JsonNode entry = check.next(row);
          // What stands behind a broken link still tells which rows of a spool arrived.
          JsonNode known = entry == null ? lenient(row.entry()) : entry;
          streams.add(known, row.recordedMicros());
          dropped += known.path("dropped").asLong();
          for (JsonNode change : known.path("changes")) {
            VouchedChange vouched = VouchedChange.parse(change);
            changes.put(vouched.eventId(), new Vouched(vouched, row.seq()));
          }
        });
    check.end(chain.headSeq(), chain.headHash());
    checkChanges(changes, check);
    if (check.fault() != null) {
      broken
          .addObject()
          .put("chain", chain.name())
          .put("seq", check.faultSeq())
          .put("fault", check.fault().name().toLowerCase(Locale.ROOT));
    }
  }

  private record Vouched(VouchedChange change, long seq) {}

  private static JsonNode lenient(String entry) {
    try {
      return Jsons.stored(entry);
    } catch (RuntimeException e) {
      return Jsons.object(); // told as a broken link already
    }
  }

  private void checkChanges(Map<String, Vouched> changes, ChainCheck check) throws SQLException {
    List<String> ids = List.copyOf(changes.keySet());
    for (int from = 0; from < ids.size(); from += CHANGES_AT_ONCE) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + CHANGES_AT_ONCE));
      Map<String, TrailSql.Change> found = TrailSql.changes(connection, some);
      for (String id : some) {
        TrailSql.Change there = found.get(id);
        if (there == null || !changes.get(id).change.matches(there.event(), there.erased())) {
          check.fault(ChainCheck.Fault.CHANGE_ALTERED, changes.get(id).seq);
        }
      }
    }
  }

  private ObjectNode unlinked(String only, StreamCheck streams) throws SQLException {
    double[] oldest = {0};
    long[] count = {0};
    TrailSql.inbox(
        connection,
        only,
        row -> {
          count[0]++;
          oldest[0] = Math.max(oldest[0], row.ageSeconds());
          streams.add(lenient(row.entry()), row.recordedMicros());
        });
    return Jsons.object()
        .put("rows", count[0])
        .put("oldest_seconds", Math.round(oldest[0] * 10) / 10.0)
        .put("stuck", oldest[0] > STUCK_SECONDS);
  }
}
