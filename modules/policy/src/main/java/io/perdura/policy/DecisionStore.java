package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Decisions of one scope. */
final class DecisionStore {
  /** Doing it twice equals doing it once, so it may be repeated after an unknown outcome. */
  private static final String INSERT =
      """
      insert into memory_execution_decisions as d (id, scope, run_id, selected_tool, candidates_json, context_sha256,
        policy_sha256, source_rule_ids, metadata_json, commit_id)
      values (?, ?, ?, ?, ?::jsonb, ?, ?, ?::uuid[], ?::jsonb, ?)
      on conflict (id) do update set id = d.id
      returning created_at
      """;

  /** The same with the call's row of the audit trail, in one round trip. */
  private static final String INSERT_WITH_ROW = "with a as (" + CallRecord.INSERT + ") " + INSERT;

  private static final String COLUMNS =
      """
      select id, run_id, selected_tool, candidates_json::text, context_sha256, policy_sha256, source_rule_ids,
        metadata_json::text, created_at, commit_id
      from memory_execution_decisions where scope = ?\
      """;

  private static final String FIND = COLUMNS + " and id = ?";

  private static final String SAME =
      " and context_sha256 = ? and selected_tool = ? and candidates_json = ?::jsonb";

  private static final String NEWEST = " order by created_at desc, id desc limit 1 for update";

  private static final String OF_RUN =
      COLUMNS + SAME + " and left(run_id, 64) = left(?, 64) and run_id = ?" + NEWEST;

  /** {@code created_at} is an index column: a day of decisions is looked at, not all. */
  private static final String OF_TODAY =
      COLUMNS
          + SAME
          + " and created_at > now() - interval '24 hours' and (?::boolean or run_id is null)"
          + NEWEST;

  private static final String SET_RUN =
      "update memory_execution_decisions set run_id = ? where id = ?";

  private final Connection connection;
  private final ScopeKey scope;

  DecisionStore(Connection connection, ScopeKey scope) {
    this.connection = connection;
    this.scope = scope;
  }

  /** Stores a decision and returns it with its time. */
  Decision insert(Decision decision) throws SQLException {
    CallRecord call = CallRecord.due();
    AuditRow audit =
        call == null ? null : call.toCarry(Objects.toString(decision.commitId(), null));
    try (PreparedStatement insert =
        connection.prepareStatement(audit == null ? INSERT : INSERT_WITH_ROW)) {
      int i = 1;
      if (audit != null) {
        insert.setString(i++, audit.chain());
        insert.setString(i++, audit.entry());
        insert.setString(i++, audit.personal());
      }
      insert.setObject(i++, decision.id());
      insert.setString(i++, scope.key());
      insert.setString(i++, decision.runId());
      insert.setString(i++, decision.selectedTool());
      insert.setString(i++, Jsons.text(ToolPolicy.texts(decision.candidates())));
      insert.setString(i++, decision.contextSha());
      insert.setString(i++, decision.policySha());
      insert.setArray(i++, connection.createArrayOf("uuid", decision.sourceRuleIds().toArray()));
      insert.setString(i++, Jsons.text(decision.metadata()));
      if (decision.commitId() == null) {
        insert.setNull(i, Types.OTHER);
      } else {
        insert.setObject(i, decision.commitId());
      }
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        if (audit != null) {
          call.carried();
        }
        return decision.storedAt(row.getObject(1, OffsetDateTime.class));
      }
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  Optional<Decision> find(UUID id) throws SQLException {
    return find(FIND, id);
  }

  /** Finds a decision and keeps others from changing it. */
  Optional<Decision> lock(UUID id) throws SQLException {
    return find(FIND + " for update", id);
  }

  private Optional<Decision> find(String sql, UUID id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, scope.key());
      select.setObject(2, id);
      return first(select);
    }
  }

  /**
   * Locks the decision that a feedback most likely means: the newest of its run with the same
   * context, tool and candidates; else the newest of the last 24 hours, which must be of no run
   * when the feedback names one.
   */
  Optional<Decision> infer(ToolFeedbackRequest feedback) throws SQLException {
    if (feedback.runId() != null) {
      try (PreparedStatement select = connection.prepareStatement(OF_RUN)) {
        bind(select, feedback);
        select.setString(5, feedback.runId());
        select.setString(6, feedback.runId());
        Optional<Decision> found = first(select);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    try (PreparedStatement select = connection.prepareStatement(OF_TODAY)) {
      bind(select, feedback);
      select.setBoolean(5, feedback.runId() == null);
      return first(select);
    }
  }

  private void bind(PreparedStatement select, ToolFeedbackRequest feedback) throws SQLException {
    select.setString(1, scope.key());
    select.setString(2, feedback.contextSha());
    select.setString(3, feedback.selectedTool());
    select.setString(4, Jsons.text(ToolPolicy.texts(feedback.candidates())));
  }

  /** Gives a locked decision its run. */
  void setRun(UUID id, String runId) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(SET_RUN)) {
      update.setString(1, runId);
      update.setObject(2, id);
      update.executeUpdate();
    }
  }

  private static Optional<Decision> first(PreparedStatement select) throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      return row.next() ? Optional.of(read(row)) : Optional.empty();
    }
  }

  private static Decision read(ResultSet row) throws SQLException {
    List<String> candidates = new ArrayList<>();
    for (JsonNode name : Jsons.stored(row.getString(4))) {
      candidates.add(name.textValue());
    }
    List<UUID> sources = new ArrayList<>();
    for (Object id : (Object[]) row.getArray(7).getArray()) {
      sources.add((UUID) id);
    }
    return new Decision(
        row.getObject(1, UUID.class),
        row.getString(2),
        row.getString(3),
        candidates,
        row.getString(5),
        row.getString(6),
        sources,
        Jsons.stored(row.getString(8)),
        row.getObject(9, OffsetDateTime.class),
        row.getObject(10, UUID.class));
  }
}
