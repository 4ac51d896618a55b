package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Recomputes the hashes of commits from what is stored. */
final class CommitChain {
  private static final int MAX_BROKEN = 20;

  private static final String SELECT =
      """
      select c.id, c.input_sha256, c.diff_json::text, c.diff_sha256, c.kind, c.actor, c.model_version, c.prompt_version,
        c.commit_hash, coalesce(p.commit_hash, ''), c.erased_at is not null, c.rest_sha256
      from memory_commits c left join memory_commits p on p.id = c.parent_id
      where c.scope = ?\
      """;

  private static final String COMMITS = SELECT + " order by c.created_at, c.id";
  private static final String NEWEST = SELECT + " order by c.created_at desc limit ?";

  private CommitChain() {}

  /** An erased commit proves its hash with the hash of the diff it had. */
  static ObjectNode verify(Tx tx, ScopeKey scope) throws SQLException {
    int commits = 0;
    int erased = 0;
    ArrayNode broken = Jsons.array();
    ObjectNode first = null;
    try (PreparedStatement select = tx.connection().prepareStatement(COMMITS)) {
      select.setFetchSize(1000);
      select.setString(1, scope.key());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          commits++;
          erased += row.getBoolean(11) ? 1 : 0;
          String fault = fault(row, scope.key());
          if (fault != null && first == null) {
            first = Jsons.object().put("commit_id", row.getString(1)).put("fault", fault);
          }
          if (fault != null && broken.size() < MAX_BROKEN) {
            broken.add(row.getString(1));
          }
        }
      }
    }
    ObjectNode answer =
        Jsons.object()
            .put("tenant_id", scope.tenant().value())
            .put("scope", scope.scope())
            .put("valid", broken.isEmpty())
            .put("commits", commits)
            .put("erased", erased);
    answer.set("first_broken", first);
    answer.set("broken", broken);
    return answer;
  }

  /** Looks at the newest commits only, and tells of {@code sample} broken ones. */
  static CommitFaults newest(Connection connection, String scopeKey, int newest, int sample)
      throws SQLException {
    List<CommitFaults.Fault> faults = new ArrayList<>();
    long looked = 0;
    long broken = 0;
    try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
      select.setFetchSize(1000);
      select.setString(1, scopeKey);
      select.setInt(2, newest);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          looked++;
          String fault = readableFault(row, scopeKey);
          if (fault != null && broken++ < sample) {
            faults.add(new CommitFaults.Fault(row.getString(1), fault));
          }
        }
      }
    }
    return new CommitFaults(looked, broken, faults);
  }

  private static String readableFault(ResultSet row, String scopeKey) throws SQLException {
    try {
      return fault(row, scopeKey);
    } catch (IllegalStateException e) {
      return "diff_json cannot be read";
    }
  }

  /** Returns what is wrong with a commit, null when nothing is. */
  private static String fault(ResultSet row, String scopeKey) throws SQLException {
    String diffSha = CanonicalJson.sha256Hex(Jsons.stored(row.getString(3)));
    boolean erased = row.getBoolean(11);
    if (!erased && !diffSha.equals(row.getString(4))) {
      return "diff_json does not have the hash diff_sha256";
    }
    if (erased && !diffSha.equals(row.getString(12))) {
      return "diff_json is not what the erasure left (rest_sha256)";
    }
    return hash(row, scopeKey).equals(row.getString(9))
        ? null
        : "commit_hash does not follow from parent, input_sha256, diff_sha256 and the other columns";
  }

  private static String hash(ResultSet row, String scopeKey) throws SQLException {
    CommitHash.Preimage preimage =
        new CommitHash.Preimage(row.getString(2), row.getString(4), scopeKey, row.getString(6));
    String kind = row.getString(5);
    return kind == null
        ? CommitHash.ofWrite(row.getString(10), preimage, row.getString(7), row.getString(8))
        : CommitHash.ofJob(row.getString(10), preimage, kind);
  }
}
