package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Takes erased nodes out of commits that cover other nodes too, and seals what is left: the hash of
 * the remaining diff is stored beside it, if the diff was still the one that the chain covers.
 */
final class CommitStripper implements AutoCloseable {
  /** Hash of the diff of a commit that was emptied as a whole. */
  static final String EMPTY_SHA = CanonicalJson.sha256Hex(Jsons.object());

  private static final String UPDATE =
      """
      update memory_commits set diff_json = ?::jsonb, rest_sha256 = ?, erased_at = coalesce(erased_at, now())
      where id = ?
      """;

  private final Scrubber scrubber;
  private final Removed removed;
  private final PreparedStatement update;

  CommitStripper(Connection connection, Scrubber scrubber, Removed removed) throws SQLException {
    this.scrubber = scrubber;
    this.removed = removed;
    this.update = connection.prepareStatement(UPDATE);
  }

  /**
   * Strips a commit.
   *
   * @param diffJson the diff as it is stored
   * @param sha256 the hash that it should have
   */
  void strip(UUID commitId, String diffJson, String sha256) throws SQLException {
    JsonNode diff = Jsons.stored(diffJson);
    boolean sound = CanonicalJson.sha256Hex(diff).equals(sha256);
    ObjectNode rest = scrubber.commit(diff);
    update.setString(1, Jsons.text(rest));
    // A diff that was changed behind our back stays without a seal: the chain's check reports it.
    update.setString(2, sound ? CanonicalJson.sha256Hex(rest) : null);
    update.setObject(3, commitId);
    update.executeUpdate();
    removed.add("memory_commits_stripped", 1);
  }

  @Override
  public void close() throws SQLException {
    update.close();
  }
}
