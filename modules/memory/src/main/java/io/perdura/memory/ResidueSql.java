package io.perdura.memory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What could be left of an erased node, session, scope or tenant, one count a place. Each statement
 * takes the parameters named in front of it.
 */
final class ResidueSql {
  private static final String VALUES =
      "exists (select from jsonb_path_query(%s, 'strict $.**') p where jsonb_typeof(p) = 'string' and %s)";

  private static final String IS = "p #>> '{}' = ?";
  private static final String STARTS = "starts_with(p #>> '{}', ?)";

  /** Places and the columns that are searched there. */
  private static final Map<String, String> LOOKED_AT =
      Map.ofEntries(
          Map.entry("memory_nodes", "id, client_id, scope"),
          Map.entry("memory_edges", "src_id, dst_id, scope"),
          Map.entry("memory_rule_defs", "rule_node_id, scope"),
          Map.entry("memory_rule_feedback", "rule_node_id, scope"),
          Map.entry("memory_execution_decisions", "source_rule_ids, metadata_json (text), scope"),
          Map.entry("memory_rule_sets", "scope"),
          Map.entry("memory_vectors", "node_id, scope"),
          Map.entry("memory_outbox", "payload (every value), scope"),
          Map.entry("memory_commits", "diff_json (every value), scope"),
          Map.entry("derived_topics", "memory_nodes.slots: seed_event_id"),
          Map.entry("idempotency_keys", "response (every value), tenant"),
          Map.entry("memory_recall_audit", "scope"),
          Map.entry("memory_request_telemetry", "tenant_id, scope"),
          Map.entry("embedding_scopes", "scope"),
          Map.entry("control_audit_events", "tenant_id, details"),
          Map.entry("control_admin_credentials", "tenants"));

  /** Parameters: scope key, node id as text, time. */
  static final Map<String, String> NODE = node();

  /** Parameters: prefix of scope keys, whether they have it, node id as text, time. */
  static final Map<String, String> NODE_IN_COMMITS =
      Map.of(
          "memory_commits",
          "select count(*) from memory_commits c where starts_with(c.scope, ?) = ? and "
              + VALUES.formatted("c.diff_json", IS)
              + " and c.created_at <= ?");

  /** Parameters: tenant, node id as text, time. */
  static final Map<String, String> NODE_BY_TENANT = Map.of("idempotency_keys", answers(IS));

  /** Parameters: scope key, client_id prefix of the events, time. */
  static final Map<String, String> SESSION_EVENTS = sessionEvents();

  /** Parameters: tenant, client_id prefix of the events, time. */
  static final Map<String, String> SESSION_BY_TENANT = Map.of("idempotency_keys", answers(STARTS));

  /** Parameters: scope key, time. */
  static final Map<String, String> SCOPE = scope();

  /** Parameters: tenant, public scope, time. */
  static final Map<String, String> SCOPE_BY_NAME = scopeByName();

  /** Parameters: tenant, time. */
  static final Map<String, String> TENANT = tenant();

  private ResidueSql() {}

  /** Returns the columns that a count looks at. */
  static String lookedAt(String place) {
    return LOOKED_AT.getOrDefault(place, "tenant_id");
  }

  private static String answers(String condition) {
    return "select count(*) from idempotency_keys k where k.tenant = ? and k.response is not null and "
        + VALUES.formatted("k.response::jsonb", condition)
        + " and k.created_at <= ?";
  }

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
        "memory_rule_feedback",
        "select count(*) from memory_rule_feedback" + ids.formatted("rule_node_id"));
    counts.put(
        "memory_execution_decisions",
        "select count(*) from memory_execution_decisions d, (select ?::text as scope, ?::text as id, ?::timestamptz as at) t"
            + " where d.scope = t.scope and (t.id::uuid = any(d.source_rule_ids) or strpos(d.metadata_json::text, t.id) > 0)"
            + " and d.created_at <= t.at");
    counts.put(
        "memory_vectors",
        "select count(*) from memory_vectors v where v.scope = ? and v.node_id = ?::uuid"
            + " and not exists (select from memory_nodes n where n.id = v.node_id and n.created_at > ?)");
    counts.put(
        "memory_outbox",
        "select count(*) from memory_outbox o where o.scope = ? and "
            + VALUES.formatted("o.payload", IS)
            + " and o.created_at <= ?");
    counts.put(
        "derived_topics",
        "select count(*) from memory_nodes t where t.scope = ?"
            + " and t.slots @> jsonb_build_object('seed_event_id', ?::text) and t.created_at <= ?");
    return counts;
  }

  private static Map<String, String> sessionEvents() {
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put(
        "memory_nodes",
        "select count(*) from memory_nodes where scope = ? and starts_with(client_id, ?) and created_at <= ?");
    counts.put(
        "memory_commits",
        "select count(*) from memory_commits c where c.scope = ? and "
            + VALUES.formatted("c.diff_json", STARTS)
            + " and c.created_at <= ?");
    return counts;
  }

  private static Map<String, String> scope() {
    String created = " where scope = ? and created_at <= ?";
    Map<String, String> counts = new LinkedHashMap<>();
    for (String table :
        List.of(
            "memory_nodes",
            "memory_edges",
            "memory_rule_defs",
            "memory_rule_feedback",
            "memory_execution_decisions",
            "memory_outbox",
            "memory_recall_audit")) {
      counts.put(table, "select count(*) from " + table + created);
    }
    counts.put(
        "memory_vectors",
        "select count(*) from memory_vectors v where v.scope = ?"
            + " and not exists (select from memory_nodes n where n.id = v.node_id and n.created_at > ?)");
    counts.put(
        "memory_commits",
        "select count(*) from memory_commits" + created + " and diff_json <> '{}'::jsonb");
    counts.put(
        "memory_rule_sets",
        "select count(*) from memory_rule_sets s where s.scope = ? and s.updated_at <= ?"
            + " and not exists (select from memory_rule_defs d where d.scope = s.scope)");
    counts.put(
        "embedding_scopes",
        "select count(*) from embedding_scopes s where s.scope = ? and s.updated_at <= ?"
            + " and not exists (select from memory_vectors v where v.scope = s.scope)");
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

  /** What a tenant has outside of its scopes; what it has inside was counted there. */
  private static Map<String, String> tenant() {
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put(
        "memory_request_telemetry",
        "select count(*) from memory_request_telemetry where tenant_id = ? and created_at <= ?");
    counts.put(
        "idempotency_keys",
        "select count(*) from idempotency_keys where tenant = ? and response is not null and created_at <= ?");
    counts.putAll(ControlErasure.RESIDUE);
    return counts;
  }
}
