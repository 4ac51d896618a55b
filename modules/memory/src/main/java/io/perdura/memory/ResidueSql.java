package io.perdura.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What could be left of an erased node, session or scope, one count a place. Each statement takes
 * the parameters named in front of it.
 */
final class ResidueSql {
  private static final String LEAVES =
      "exists (select from jsonb_path_query(%s, 'strict $.**') p where jsonb_typeof(p) = 'string' and p #>> '{}' = ?)";

  /** Parameters: scope key, node id as text, time. */
  static final Map<String, String> NODE = node();

  /** Parameters: tenant, node id as text, time. */
  static final Map<String, String> NODE_BY_TENANT =
      Map.of(
          "idempotency_keys",
          "select count(*) from idempotency_keys k where k.tenant = ? and "
              + LEAVES.formatted("k.response")
              + " and k.created_at <= ?");

  /** Parameters: scope key, client_id prefix of the events, time. */
  static final Map<String, String> SESSION_EVENTS = sessionEvents();

  /** Parameters: scope key, time. */
  static final Map<String, String> SCOPE = scope();

  /** Parameters: tenant, public scope, time. */
  static final Map<String, String> SCOPE_BY_NAME = scopeByName();

  private ResidueSql() {}

  private static Map<String, String> node() {
    String ids = " where scope = ? and %s = ?::uuid and created_at <= ?";
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put("memory_nodes", "select count(*) from memory_nodes" + ids.formatted("id"));
    counts.put(
        "memory_edges",
        "select count(*) from memory_edges e, (select ?::text as scope, ?::uuid as id, ?::timestamptz as at) t"
            + " where (e.src_id = t.id or e.dst_id = t.id) and e.created_at <= t.at");
    counts.put(
        "memory_rule_defs",
        "select count(*) from memory_rule_defs" + ids.formatted("rule_node_id"));
    counts.put(
        "memory_vectors",
        "select count(*) from memory_vectors v where v.scope = ? and v.node_id = ?::uuid"
            + " and exists (select from memory_nodes n where n.id = v.node_id and n.created_at <= ?)");
    counts.put(
        "memory_outbox",
        "select count(*) from memory_outbox o where o.scope = ? and "
            + LEAVES.formatted("o.payload")
            + " and o.created_at <= ?");
    counts.put(
        "memory_commits",
        "select count(*) from memory_commits c where c.scope = ? and "
            + LEAVES.formatted("c.diff_json")
            + " and c.created_at <= ?");
    counts.put(
        "derived_topics",
        "select count(*) from memory_nodes t where t.scope = ? and t.slots->>'seed_event_id' = ? and t.created_at <= ?");
    return counts;
  }

  private static Map<String, String> sessionEvents() {
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put(
        "memory_nodes",
        "select count(*) from memory_nodes where scope = ? and starts_with(client_id, ?) and created_at <= ?");
    counts.put(
        "memory_commits",
        "select count(*) from memory_commits c where c.scope = ? and exists (select from"
            + " jsonb_path_query(c.diff_json, 'strict $.**.client_id') p where starts_with(p #>> '{}', ?))"
            + " and c.created_at <= ?");
    return counts;
  }

  private static Map<String, String> scope() {
    String created = " where scope = ? and created_at <= ?";
    Map<String, String> counts = new LinkedHashMap<>();
    for (String table :
        new String[] {
          "memory_nodes", "memory_edges", "memory_rule_defs", "memory_outbox", "memory_recall_audit"
        }) {
      counts.put(table, "select count(*) from " + table + created);
    }
    counts.put(
        "memory_vectors",
        "select count(*) from memory_vectors v where v.scope = ?"
            + " and exists (select from memory_nodes n where n.id = v.node_id and n.created_at <= ?)");
    counts.put(
        "memory_commits",
        "select count(*) from memory_commits" + created + " and diff_json <> '{}'::jsonb");
    return counts;
  }

  private static Map<String, String> scopeByName() {
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put(
        "memory_request_telemetry",
        "select count(*) from memory_request_telemetry where tenant_id = ? and scope = ? and created_at <= ?");
    counts.put(
        "idempotency_keys",
        "select count(*) from idempotency_keys where tenant = ? and response->>'scope' = ? and created_at <= ?");
    return counts;
  }
}
