package io.perdura.policy;

/** The one statement that reads a scope's rules. */
final class RuleSetSql {
  static final int ID = 0;
  static final int STATE = 1;
  static final int IF = 2;
  static final int THEN = 3;
  static final int EXCEPTIONS = 4;
  static final int RULE_SCOPE = 5;
  static final int TARGET_AGENT = 6;
  static final int TARGET_TEAM = 7;
  static final int POSITIVE = 8;
  static final int NEGATIVE = 9;
  static final int COMMIT = 10;
  static final int LANE = 11;
  static final int OWNER_AGENT = 12;
  static final int OWNER_TEAM = 13;
  static final int SUMMARY = 14;

  /** Those of the node's slots that the rank is made of. */
  static final int META = 15;

  /**
   * The version of a scope's rules, and the rules themselves unless the reader has that version:
   * one snapshot, one round trip, and next to nothing when nothing changed.
   *
   * <p>Parameters: scope, whether the reader has any version, which (null: the one before the first
   * change), scope.
   */
  static final String LOAD =
      """
      select v.version::text, case when not ?::boolean or v.version is distinct from ?::uuid then (
        select coalesce(json_agg(json_build_array(d.rule_node_id, d.state, d.if_json, d.then_json, d.exceptions_json,
          d.rule_scope, d.target_agent_id, d.target_team_id, d.positive_count, d.negative_count, d.commit_id,
          n.memory_lane, n.owner_agent_id, n.owner_team_id, n.text_summary,
          jsonb_build_object('rule_meta', n.slots->'rule_meta', 'priority', n.slots->'priority',
            'weight', n.slots->'weight'))), '[]')
        from memory_rule_defs d join memory_nodes n on n.id = d.rule_node_id
        where d.scope = ? and d.state in ('shadow', 'active'))::text end
      from (select (select s.version from memory_rule_sets s where s.scope = ?) as version) v
      """;

  private RuleSetSql() {}
}
