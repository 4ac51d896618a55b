package io.perdura.integrity;

import java.util.List;

/** Checks over rules, feedback on them and decisions. */
final class RuleChecks {
  static final Source CONSTRAINT =
      Source.of(
          "constraint",
          """
          (values ('private_rule_has_owner')) w(name)
          left join pg_constraint c on c.conname = w.name and c.conrelid = 'memory_nodes'::regclass\
          """);

  private static final Source DEFINITIONS =
      Source.of("rule definitions", "memory_rule_defs d", "d.scope = {scope}");

  private static final Source FEEDBACK =
      Source.of(
          "feedback",
          """
          (select f.*, d.id as found_id, d.run_id as decision_run_id
          from memory_rule_feedback f
          left join memory_execution_decisions d on d.id = f.decision_id and d.scope = f.scope
          where f.scope = {scope}) f\
          """);

  private static final Source DECISIONS =
      Source.of("decisions", "memory_execution_decisions d", "d.scope = {scope}");

  private static final String NEWEST_FEEDBACK = "f.created_at desc, f.id";

  private RuleChecks() {}

  /** The catalog, not the scope. Its sample says how the constraint is even when all is well. */
  static Check ownerConstraint() {
    return Check.error(
        "private_rule_owner_constraint_not_validated",
        CONSTRAINT,
        "c.convalidated is not true",
        "w.name as constraint_name, coalesce(c.convalidated, false) as validated",
        "w.name");
  }

  static Check targetMissing() {
    return Check.error(
        "rule_scope_target_missing",
        DEFINITIONS,
        """
        d.rule_scope = 'agent' and coalesce(btrim(d.target_agent_id), '') = ''
          or d.rule_scope = 'team' and coalesce(btrim(d.target_team_id), '') = ''\
        """,
        "d.rule_node_id, d.state, d.rule_scope, d.target_agent_id, d.target_team_id",
        "d.updated_at desc, d.id");
  }

  static List<Check> feedbackAndDecisions() {
    return List.of(
        Check.error(
            "tools_feedback_missing_decision_id",
            FEEDBACK,
            "f.source = 'tools_feedback' and f.decision_id is null",
            "f.id, f.rule_node_id, left(f.run_id, 120) as run_id, f.outcome, f.created_at",
            NEWEST_FEEDBACK),
        Check.error(
            "tools_feedback_decision_link_broken",
            FEEDBACK,
            "f.decision_id is not null and f.found_id is null",
            """
            f.id, f.rule_node_id, f.decision_id, left(f.run_id, 120) as run_id, f.outcome, f.created_at\
            """,
            NEWEST_FEEDBACK),
        Check.warning(
            "tools_feedback_run_id_mismatch_with_decision",
            FEEDBACK,
            """
            f.found_id is not null and btrim(f.run_id) <> '' and btrim(f.decision_run_id) <> ''
              and btrim(f.run_id) <> btrim(f.decision_run_id)\
            """,
            """
            f.id, f.rule_node_id, f.decision_id, left(f.run_id, 120) as run_id,
              left(f.decision_run_id, 120) as decision_run_id\
            """,
            NEWEST_FEEDBACK),
        Check.warning(
            "tools_decision_missing_run_id",
            DECISIONS,
            "d.decision_kind = 'tools_select' and coalesce(btrim(d.run_id), '') = ''",
            "d.id, left(d.selected_tool, 120) as selected_tool, d.created_at",
            "d.created_at desc, d.id"));
  }
}
