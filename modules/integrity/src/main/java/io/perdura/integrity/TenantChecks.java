package io.perdura.integrity;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that tenants are kept apart, over all scopes. */
final class TenantChecks {
  private static final List<String> TABLES =
      List.of(
          "memory_commits",
          "memory_nodes",
          "memory_edges",
          "memory_rule_defs",
          "memory_rule_feedback",
          "memory_outbox");

  /**
   * Every scope that a table has, found by skipping from one to the next along its index: a million
   * rows of one scope cost as much as one.
   */
  private static final String SCOPES =
      """
      (with recursive s(scope) as (
        (select scope from %1$s order by scope limit 1)
        union all
        select (select t.scope from %1$s t where t.scope > s.scope order by t.scope limit 1) from s where s.scope is not null
      )
      select '%1$s' as table_name, scope from s where scope like 'tenant:%%')\
      """;

  /** Whether any row belongs to another tenant than the default one. */
  static final String PROBE =
      Stream.concat(TABLES.stream(), Stream.of("memory_execution_decisions"))
          .map(table -> "exists " + SCOPES.formatted(table))
          .collect(Collectors.joining(" or ", "select ", ""));

  private static final Source MALFORMED =
      Source.of(
          "scope keys",
          TABLES.stream()
              .map(table ->
                  """
                  select s.table_name, s.scope, r.count from %s s
                  cross join lateral (select count(*) from %s t where t.scope = s.scope) r
                  where s.scope !~ '^tenant:[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}::scope:.'\
                  """
                      .formatted(SCOPES.formatted(table), table))
              .collect(Collectors.joining(" union all ", "(", ") k")));

  private TenantChecks() {}

  /** The tenant of a scope key. */
  private static String tenant(String column) {
    return "coalesce(substring(%s from '^tenant:(.*?)::scope:'), {default_tenant})"
        .formatted(column);
  }

  private static String differ(String one, String other) {
    return "%1$s <> %2$s and %3$s <> %4$s".formatted(one, other, tenant(one), tenant(other));
  }

  private static Check mismatch(
      String name, String from, String one, String other, String columns, String order) {
    return Check.error(
            name,
            Source.of(name, from, one + " <> " + other),
            differ(one, other),
            "%s, %s as tenant, %s as other_tenant".formatted(columns, tenant(one), tenant(other)),
            order)
        .acrossTenants();
  }

  static List<Check> contract() {
    return List.of(
        Check.error(
                "tenant_scope_key_malformed",
                MALFORMED,
                "true",
                "k.table_name as table, left(k.scope, 200) as scope, k.count as rows",
                "k.table_name, k.scope")
            .counting("coalesce(sum(k.count), 0)::bigint")
            .acrossTenants(),
        Check.error(
                "cross_tenant_edge_scope_mismatch",
                Source.of(
                    "edges of all tenants",
                    """
                    memory_edges e join memory_nodes s on s.id = e.src_id join memory_nodes d on d.id = e.dst_id\
                    """,
                    "e.scope <> s.scope or e.scope <> d.scope"),
                differ("e.scope", "s.scope") + " or " + differ("e.scope", "d.scope"),
                """
                e.id, e.type, e.scope, s.scope as src_scope, d.scope as dst_scope, %s as tenant, %s as src_tenant,
                  %s as dst_tenant\
                """
                    .formatted(tenant("e.scope"), tenant("s.scope"), tenant("d.scope")),
                "e.created_at desc, e.id")
            .acrossTenants(),
        mismatch(
            "cross_tenant_rule_def_scope_mismatch",
            "memory_rule_defs d join memory_nodes n on n.id = d.rule_node_id",
            "d.scope",
            "n.scope",
            "d.rule_node_id, d.state, d.scope, n.scope as node_scope",
            "d.updated_at desc, d.id"),
        mismatch(
            "cross_tenant_rule_feedback_scope_mismatch",
            "memory_rule_feedback f join memory_nodes n on n.id = f.rule_node_id",
            "f.scope",
            "n.scope",
            "f.id, f.rule_node_id, f.scope, n.scope as node_scope, f.outcome",
            "f.created_at desc, f.id"),
        mismatch(
            "cross_tenant_outbox_scope_mismatch",
            "memory_outbox o join memory_commits c on c.id = o.commit_id",
            "o.scope",
            "c.scope",
            "o.id, o.event_type, o.scope, c.scope as commit_scope, o.commit_id",
            "o.id desc"),
        mismatch(
            "cross_tenant_commit_parent_scope_mismatch",
            "memory_commits c join memory_commits p on p.id = c.parent_id",
            "c.scope",
            "p.scope",
            "c.id, c.parent_id, c.scope, p.scope as parent_scope",
            "c.created_at desc, c.id"));
  }

  /** What only Perdura checks. */
  static List<Check> own() {
    return List.of(
        mismatch(
                "cross_tenant_decision_scope_mismatch",
                "memory_rule_feedback f join memory_execution_decisions d on d.id = f.decision_id",
                "f.scope",
                "d.scope",
                "f.id, f.decision_id, f.scope, d.scope as decision_scope",
                "f.created_at desc, f.id")
            .asOwn());
  }
}
