package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** What the jobs know of rules: one JSON object each. */
final class RuleFactsSql {
  private static final String NEWEST =
      """
      select *, row_number() over (order by updated_at desc, rule_node_id) as place from memory_rule_defs
      where scope = ? and state = any(?) order by updated_at desc, rule_node_id limit ?\
      """;

  private static final String BEST_SHADOW =
      """
      select *, row_number() over (order by positive_count - negative_count desc, rule_node_id) as place from memory_rule_defs
      where scope = ? and state = any(?) order by positive_count - negative_count desc, rule_node_id limit ?\
      """;

  private static final String ONE =
      """
      select *, 1 as place from memory_rule_defs where scope = ? and (?::uuid is null or rule_node_id = ?::uuid)
      order by updated_at desc, rule_node_id limit 1\
      """;

  private final Database database;
  private final String scopeKey;
  private final int windowHours;

  RuleFactsSql(Database database, String scopeKey, int windowHours) {
    this.database = database;
    this.scopeKey = scopeKey;
    this.windowHours = windowHours;
  }

  private static String facts(String rules) {
    return """
    select json_build_object('rule_node_id', d.rule_node_id, 'state', d.state, 'summary', n.text_summary,
      'rule_scope', d.rule_scope, 'target_agent_id', d.target_agent_id, 'target_team_id', d.target_team_id,
      'positive', d.positive_count, 'negative', d.negative_count, 'commit_id', d.commit_id,
      'updated_at', %1$s, 'last_evaluated_at', %2$s,
      'if_json', d.if_json, 'then_json', d.then_json, 'exceptions_json', d.exceptions_json,
      'window', json_build_object('total', w.total, 'positive', w.positive, 'negative', w.negative, 'neutral', w.neutral,
        'runs', w.runs),
      'last_feedback_at', %3$s, 'hours_since_feedback', extract(epoch from now() - a.last_at) / 3600,
      'positive_runs', a.positive_runs, 'negative_runs', a.negative_runs)::text
    from (%4$s) d join memory_nodes n on n.id = d.rule_node_id
    cross join lateral (
      select count(*) as total, count(*) filter (where f.outcome = 'positive') as positive,
        count(*) filter (where f.outcome = 'negative') as negative, count(*) filter (where f.outcome = 'neutral') as neutral,
        count(distinct f.run_id) filter (where btrim(f.run_id) <> '') as runs
      from memory_rule_feedback f where f.rule_node_id = d.rule_node_id and f.created_at >= now() - make_interval(hours => ?)) w
    cross join lateral (
      select max(f.created_at) as last_at, count(distinct f.run_id) filter (where f.outcome = 'positive') as positive_runs,
        count(distinct f.run_id) filter (where f.outcome = 'negative') as negative_runs
      from memory_rule_feedback f where f.rule_node_id = d.rule_node_id) a
    order by d.place
    """
        .formatted(iso("d.updated_at"), iso("d.last_evaluated_at"), iso("a.last_at"), rules);
  }

  static String iso(String column) {
    return "to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
  }

  /** Rules in one of the states, the newest changed first. */
  List<JsonNode> newest(List<String> states, int limit) {
    return ranked(facts(NEWEST), states, limit);
  }

  /** Rules in shadow, those with the best feedback first. */
  List<JsonNode> bestShadow(int limit) {
    return ranked(facts(BEST_SHADOW), List.of("shadow"), limit);
  }

  private List<JsonNode> ranked(String sql, List<String> states, int limit) {
    return database.read(
        "facts of rules",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, scopeKey);
            select.setArray(2, connection.createArrayOf("text", states.toArray()));
            select.setInt(3, limit);
            select.setInt(4, windowHours);
            return rows(select);
          }
        });
  }

  /** One rule; the newest changed when {@code id} is null. Empty when there is none. */
  List<JsonNode> one(String id) {
    return database.read(
        "facts of a rule",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(facts(ONE))) {
            select.setString(1, scopeKey);
            select.setString(2, id);
            select.setString(3, id);
            select.setInt(4, windowHours);
            return rows(select);
          }
        });
  }

  private static List<JsonNode> rows(PreparedStatement select) throws java.sql.SQLException {
    List<JsonNode> facts = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        facts.add(Jsons.stored(rows.getString(1)));
      }
    }
    return facts;
  }
}
