package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What the governance jobs count: in a scope, and over tenants. Each is one statement. */
final class GovernanceFacts {
  /** Parameters: scope key, hours. A decision counts as linked when it is there, in the scope. */
  private static final String SCOPE =
      """
      with p as (select ?::text as scope, now() - make_interval(hours => ?) as since), f as (
        select f.* from memory_rule_feedback f, p where f.scope = p.scope and f.created_at >= p.since
      ), r as (select d.* from memory_rule_defs d, p where d.scope = p.scope)
      select json_build_object(
        'feedback', (select json_build_object('total', count(*), 'positive', count(*) filter (where outcome = 'positive'),
          'negative', count(*) filter (where outcome = 'negative'), 'neutral', count(*) filter (where outcome = 'neutral'),
          'with_run_id', count(*) filter (where btrim(run_id) <> ''),
          'distinct_runs', count(distinct run_id) filter (where btrim(run_id) <> '')) from f),
        'rules', (select json_build_object('total', count(*), 'draft', count(*) filter (where state = 'draft'),
          'shadow', count(*) filter (where state = 'shadow'), 'active', count(*) filter (where state = 'active'),
          'disabled', count(*) filter (where state = 'disabled'),
          'active_with_feedback', count(*) filter (where state = 'active'
            and exists (select from f where f.rule_node_id = r.rule_node_id))) from r),
        'decision', (select json_build_object('tools_feedback', count(*),
          'with_decision_id', count(*) filter (where f.decision_id is not null),
          'resolved', count(*) filter (where exists (select from memory_execution_decisions d
            where d.id = f.decision_id and d.scope = f.scope))) from f where f.source = 'tools_feedback'),
        'recall', (select json_build_object('audits', count(*),
          'with_identity', count(*) filter (where btrim(a.consumer_agent_id) <> '' or btrim(a.consumer_team_id) <> ''))
          from memory_recall_audit a, p where a.scope = p.scope and a.created_at >= p.since),
        'lane', (select json_build_object('private_nodes', count(*),
          'owned', count(*) filter (where btrim(n.owner_agent_id) <> '' or btrim(n.owner_team_id) <> ''))
          from memory_nodes n, p where n.scope = p.scope and n.memory_lane = 'private'))::text
      """;

  private static final String TENANT =
      "case when scope like 'tenant:%::scope:%' then substring(scope from 8 for strpos(scope, '::scope:') - 8) else p.tenant end";

  /** Parameters: default tenant, hours. */
  private static final String TENANTS =
      """
      with p as (select ?::text as tenant, now() - make_interval(hours => ?) as since), r as (
        select %1$s as tenant, count(*) filter (where state = 'active') as active from memory_rule_defs, p group by 1
      ), f as (
        select %1$s as tenant, count(*) as total, count(*) filter (where outcome = 'negative') as negative
        from memory_rule_feedback, p where created_at >= p.since group by 1)
      select json_build_object('tenant_id', tenant, 'active_rules', coalesce(r.active, 0), 'feedback', coalesce(f.total, 0),
        'negative', coalesce(f.negative, 0))::text
      from r full join f using (tenant) order by coalesce(r.active, 0) desc, tenant
      """
          .formatted(TENANT);

  private GovernanceFacts() {}

  static JsonNode ofScope(Database database, ScopeKey scope, int hours) {
    return rows(database, SCOPE, scope.key(), hours).getFirst();
  }

  /** Tenants with rules or recent feedback, those with the most active rules first. */
  static Tenants ofTenants(Database database, String defaultTenant, int hours) {
    return new Tenants(rows(database, TENANTS, defaultTenant, hours), defaultTenant);
  }

  private static List<JsonNode> rows(Database database, String sql, String name, int hours) {
    return database.read(
        "governance",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, name);
            select.setInt(2, hours);
            List<JsonNode> facts = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                facts.add(Jsons.stored(rows.getString(1)));
              }
            }
            return facts;
          }
        });
  }

  /** How far tenants lie apart. */
  record Tenants(List<JsonNode> rows, String defaultTenant) {
    boolean areSeveral() {
      return rows.stream().anyMatch(row -> !row.get("tenant_id").textValue().equals(defaultTenant));
    }

    long activeRuleDrift() {
      return rows.size() < 2
          ? 0
          : (long) spread(rows.stream().map(row -> row.get("active_rules").doubleValue()).toList());
    }

    List<JsonNode> withFeedback(long floor) {
      return rows.stream().filter(row -> row.get("feedback").longValue() >= floor).toList();
    }

    double negativeRatioDrift(long floor) {
      List<JsonNode> enough = withFeedback(floor);
      return enough.size() < 2
          ? 0
          : spread(
              enough.stream()
                  .map(row ->
                      row.get("negative").doubleValue()
                          / Math.max(1, row.get("feedback").doubleValue()))
                  .toList());
    }

    private static double spread(Collection<Double> values) {
      double least = values.stream().mapToDouble(value -> value).min().orElse(0);
      return values.stream().mapToDouble(value -> value).max().orElse(0) - least;
    }
  }
}
