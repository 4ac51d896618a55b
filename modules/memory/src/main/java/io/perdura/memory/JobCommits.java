package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Commits of jobs and maintenance calls: each is chained to the newest commit of its scope
 * (contract, section 3.4).
 */
final class JobCommits {
  /** Advisory lock class of a scope's chain; the second key is the hash of the scope. */
  private static final int CHAIN_LOCK = 0x50434831;

  /** Two calls at once would both see the same newest commit and fork the chain. */
  private static final String LOCK =
      "select pg_advisory_xact_lock(" + CHAIN_LOCK + ", hashtext(?))";

  private static final String NEWEST =
      "select id, commit_hash from memory_commits where scope = ? order by created_at desc limit 1";

  /** clock_timestamp: the newest commit is the one that got the lock last. */
  private static final String INSERT =
      """
      insert into memory_commits (id, scope, parent_id, input_sha256, diff_json, diff_sha256, kind, actor, created_at,
        commit_hash)
      values (?, ?, ?, ?, ?::jsonb, ?, ?, ?, clock_timestamp(), ?)
      """;

  private JobCommits() {}

  /** A commit that was made. */
  record Commit(UUID id, String hash) {}

  /**
   * Appends a commit to the scope's chain.
   *
   * @param kind also part of the hash
   * @param diff only text that {@link Faults#storable} let pass
   * @throws io.perdura.kernel.ApiException 503 {@code erasure_in_progress}
   */
  static Commit append(
      Connection connection,
      String scopeKey,
      String kind,
      String actor,
      String inputSha,
      ObjectNode diff)
      throws SQLException {
    lock(connection, scopeKey);
    UUID parentId = null;
    String parentHash = "";
    try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
      select.setString(1, scopeKey);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          parentId = row.getObject(1, UUID.class);
          parentHash = row.getString(2);
        }
      }
    }
    String diffJson = CanonicalJson.write(diff);
    String diffSha = Hashes.sha256Hex(diffJson);
    CommitHash.Preimage preimage = new CommitHash.Preimage(inputSha, diffSha, scopeKey, actor);
    Commit commit = new Commit(UUID.randomUUID(), CommitHash.ofJob(parentHash, preimage, kind));
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setObject(1, commit.id);
      insert.setString(2, scopeKey);
      Sql.setUuid(insert, 3, parentId);
      insert.setString(4, inputSha);
      insert.setString(5, diffJson);
      insert.setString(6, diffSha);
      insert.setString(7, kind);
      insert.setString(8, actor);
      insert.setString(9, commit.hash);
      insert.executeUpdate();
    }
    EraseFence.refuse(connection, scopeKey);
    return commit;
  }

  private static void lock(Connection connection, String scopeKey) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
      lock.setString(1, scopeKey);
      lock.execute();
    }
  }
}
