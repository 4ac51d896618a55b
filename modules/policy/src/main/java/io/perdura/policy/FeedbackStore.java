package io.perdura.policy;

import io.perdura.kernel.ScopeKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.UUID;

/** Single feedbacks, beside the counters that they add up to. */
final class FeedbackStore {
  private static final String INSERT =
      """
      insert into memory_rule_feedback (id, scope, rule_node_id, run_id, outcome, note, source, decision_id, commit_id)
      select f.id, ?, f.rule, ?, ?, ?, ?, ?::uuid, ?
      from unnest(?::uuid[], ?::uuid[]) f(id, rule)
      """;

  private FeedbackStore() {}

  /**
   * What was said, of whichever rules.
   *
   * @param source {@code rule_feedback} or {@code tools_feedback}
   * @param decisionId null when it is about no decision
   */
  record Said(String runId, String outcome, String note, String source, UUID decisionId) {}

  /** Stores one row for each rule; {@code ids} are the rows'. */
  static void insert(
      Connection connection,
      ScopeKey scope,
      Said said,
      List<UUID> ids,
      List<UUID> rules,
      UUID commitId)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, scope.key());
      insert.setString(2, said.runId);
      insert.setString(3, said.outcome);
      insert.setString(4, said.note);
      insert.setString(5, said.source);
      if (said.decisionId == null) {
        insert.setNull(6, Types.OTHER);
      } else {
        insert.setObject(6, said.decisionId);
      }
      insert.setObject(7, commitId);
      insert.setArray(8, connection.createArrayOf("uuid", ids.toArray()));
      insert.setArray(9, connection.createArrayOf("uuid", rules.toArray()));
      insert.executeUpdate();
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }
}
