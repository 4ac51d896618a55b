package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.LogContext;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Tx;
import io.perdura.kernel.Viewer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The rules of one scope in one transaction, for the room that evaluates them: definitions, states,
 * counters, and the commits that changes of them owe. Nobody else writes these rows.
 *
 * <p>Lock the rules first, then append the commit: all who change rules do it in this order.
 */
public final class RuleBook {
  private static final String FIND =
      """
      select n.id, n.memory_lane, n.owner_agent_id is not null or n.owner_team_id is not null, n.slots::text,
        d.rule_node_id is not null, d.if_json::text, d.then_json::text, d.exceptions_json::text, d.rule_scope,
        d.target_agent_id, d.target_team_id
      from memory_nodes n left join memory_rule_defs d on d.rule_node_id = n.id
      where n.scope = ? and n.id = ? and n.type = 'rule'\
      """;

  private static final String LOCK_ALL =
      """
      select n.id from memory_nodes n
      where n.scope = ? and n.id = any(?::uuid[]) and n.type = 'rule'
      """;

  private static final String PATCHES =
      "select rule_node_id, then_json::text from memory_rule_defs where scope = ? and rule_node_id = any(?::uuid[])";

  private static final String SET_STATE =
      """
      insert into memory_rule_defs (scope, rule_node_id, state, if_json, then_json, exceptions_json, rule_scope,
        target_agent_id, target_team_id, commit_id)
      values (?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?, ?, ?, ?)
      on conflict (rule_node_id) do update set state = excluded.state, commit_id = excluded.commit_id
      """;

  private static final String ACTIVATED =
      "update memory_nodes set last_activated = now() where id = ?";

  private static final String COUNT =
      """
      update memory_rule_defs set positive_count = positive_count + ?, negative_count = negative_count + ?,
        last_evaluated_at = now()
      where rule_node_id = any(?::uuid[])
      """;

  private final Connection connection;
  private final ScopeKey scope;

  private RuleBook(Connection connection, ScopeKey scope) {
    this.connection = connection;
    this.scope = scope;
  }

  /** Opens the rules of {@code scope}. */
  public static RuleBook of(Tx tx, ScopeKey scope) {
    return new RuleBook(tx.connection(), scope);
  }

  /**
   * A rule's definition.
   *
   * @param owned whether the node has an owner, agent or team
   * @param defined false when only the node exists: what follows is then read from its slots
   */
  public record Definition(
      UUID id,
      String lane,
      boolean owned,
      boolean defined,
      JsonNode ifJson,
      JsonNode thenJson,
      JsonNode exceptionsJson,
      String ruleScope,
      String targetAgentId,
      String targetTeamId) {}

  /** A commit that was made. */
  public record Commit(UUID id, String hash) {}

  /**
   * Locks and returns a rule.
   *
   * @param caller when set, a private rule of somebody else counts as missing
   */
  public Optional<Definition> lock(UUID id, WriteIdentity caller) throws SQLException {
    StringBuilder sql = new StringBuilder(FIND);
    Viewer viewer = caller == null ? null : new Viewer(caller.agentId(), caller.teamId());
    if (viewer != null) {
      sql.append(" and ").append(Visibility.condition("n", viewer));
    }
    sql.append(" for no key update of n");
    try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
      select.setString(1, scope.key());
      select.setObject(2, id);
      int i = 3;
      for (String value : viewer == null ? List.<String>of() : Visibility.values(viewer)) {
        select.setString(i++, value);
      }
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(definition(row)) : Optional.empty();
      }
    }
  }

  private static Definition definition(ResultSet row) throws SQLException {
    UUID id = row.getObject(1, UUID.class);
    String lane = row.getString(2);
    boolean owned = row.getBoolean(3);
    if (row.getBoolean(5)) {
      return new Definition(
          id,
          lane,
          owned,
          true,
          Jsons.stored(row.getString(6)),
          Jsons.stored(row.getString(7)),
          Jsons.stored(row.getString(8)),
          row.getString(9),
          row.getString(10),
          row.getString(11));
    }
    JsonNode slots = Jsons.stored(row.getString(4));
    String ruleScope = text(slots, "rule_scope");
    String lower = ruleScope == null ? "" : ruleScope.toLowerCase(Locale.ROOT);
    return new Definition(
        id,
        lane,
        owned,
        false,
        slot(slots, "if", Jsons.object()),
        slot(slots, "then", Jsons.object()),
        slot(slots, "exceptions", Jsons.array()),
        lower.equals("team") || lower.equals("agent") ? lower : "global",
        text(slots, "target_agent_id"),
        text(slots, "target_team_id"));
  }

  private static JsonNode slot(JsonNode slots, String key, JsonNode otherwise) {
    JsonNode value = slots.get(key);
    return value == null || value.isNull() ? otherwise : value;
  }

  private static String text(JsonNode slots, String key) {
    JsonNode value = slots.get(key);
    return value != null && value.isTextual() ? TextRules.trimToNull(value.textValue()) : null;
  }

  /**
   * Locks those of the rules that exist in the scope, and returns their ids.
   *
   * @param caller when set, private rules of somebody else count as missing
   */
  public Set<UUID> lock(Collection<UUID> ids, WriteIdentity caller) throws SQLException {
    StringBuilder sql = new StringBuilder(LOCK_ALL);
    Viewer viewer = caller == null ? null : new Viewer(caller.agentId(), caller.teamId());
    if (viewer != null) {
      // A private rule of nobody is evaluated for everybody, so everybody's feedback counts.
      sql.append(" and (n.owner_agent_id is null and n.owner_team_id is null or ")
          .append(Visibility.condition("n", viewer))
          .append(')');
    }
    sql.append(" order by n.id for no key update");
    try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
      select.setString(1, scope.key());
      select.setString(2, Sql.array(ids));
      int i = 3;
      for (String value : viewer == null ? List.<String>of() : Visibility.values(viewer)) {
        select.setString(i++, value);
      }
      Set<UUID> found = new HashSet<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getObject(1, UUID.class));
        }
      }
      return found;
    }
  }

  /** Returns the {@code then} of each rule that is defined, in whatever state. */
  public Map<UUID, JsonNode> patches(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(PATCHES)) {
      select.setString(1, scope.key());
      select.setString(2, Sql.array(ids));
      Map<UUID, JsonNode> patches = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          patches.put(rows.getObject(1, UUID.class), Jsons.stored(rows.getString(2)));
        }
      }
      return patches;
    }
  }

  /**
   * Appends a commit to the scope's chain.
   *
   * @throws io.perdura.kernel.ApiException 503 {@code erasure_in_progress}
   */
  public Commit append(String kind, String actor, String inputSha, ObjectNode diff)
      throws SQLException {
    JobCommits.Commit commit =
        JobCommits.append(connection, scope.key(), kind, actor, inputSha, diff);
    LogContext.commitId(commit.id().toString());
    return new Commit(commit.id(), commit.hash());
  }

  /**
   * Gives a rule its state. A rule that was not defined so far is defined by its slots; what makes
   * no sense there counts as empty.
   *
   * @param activated whether the node counts as used now
   */
  public void setState(Definition rule, String state, UUID commitId, boolean activated)
      throws SQLException {
    try (PreparedStatement upsert = connection.prepareStatement(SET_STATE)) {
      upsert.setString(1, scope.key());
      upsert.setObject(2, rule.id());
      upsert.setString(3, state);
      upsert.setString(4, rule.ifJson().isObject() ? Jsons.text(rule.ifJson()) : "{}");
      upsert.setString(5, rule.thenJson().isObject() ? Jsons.text(rule.thenJson()) : "{}");
      upsert.setString(
          6, rule.exceptionsJson().isArray() ? Jsons.text(rule.exceptionsJson()) : "[]");
      upsert.setString(7, rule.ruleScope());
      upsert.setString(8, rule.targetAgentId());
      upsert.setString(9, rule.targetTeamId());
      upsert.setObject(10, commitId);
      upsert.executeUpdate();
    }
    if (activated) {
      try (PreparedStatement update = connection.prepareStatement(ACTIVATED)) {
        update.setObject(1, rule.id());
        update.executeUpdate();
      }
    }
  }

  /** Counts a feedback on each of the rules. */
  public void count(Collection<UUID> ids, String outcome) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(COUNT)) {
      update.setInt(1, outcome.equals("positive") ? 1 : 0);
      update.setInt(2, outcome.equals("negative") ? 1 : 0);
      update.setString(3, Sql.array(ids));
      update.executeUpdate();
    }
  }
}
