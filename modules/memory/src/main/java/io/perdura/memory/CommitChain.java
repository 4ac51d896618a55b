package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Tx;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Recomputes the hashes of commits from what is stored. */
final class CommitChain {
  private static final int MAX_BROKEN = 20;

  private static final String COMMITS =
      """
      select c.id, c.input_sha256, case when c.erased_at is null then c.diff_json::text end, c.diff_sha256, c.kind, c.actor,
        c.model_version, c.prompt_version, c.commit_hash, coalesce(p.commit_hash, '')
      from memory_commits c left join memory_commits p on p.id = c.parent_id
      where c.scope = ? order by c.created_at, c.id
      """;

  private CommitChain() {}

  /** An erased commit proves its hash with the hash of the diff it had. */
  static ObjectNode verify(Tx tx, ScopeKey scope) throws SQLException {
    int commits = 0;
    int erased = 0;
    ArrayNode broken = Jsons.array();
    try (PreparedStatement select = tx.connection().prepareStatement(COMMITS)) {
      select.setFetchSize(1000);
      select.setString(1, scope.key());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          commits++;
          String diff = row.getString(3);
          erased += diff == null ? 1 : 0;
          boolean sound =
              (diff == null || CanonicalJson.sha256Hex(Jsons.stored(diff)).equals(row.getString(4)))
                  && hash(row, scope.key()).equals(row.getString(9));
          if (!sound && broken.size() < MAX_BROKEN) {
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
    answer.set("broken", broken);
    return answer;
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
