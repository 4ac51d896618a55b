package io.perdura.memory;

/** Statements of erasure. */
final class EraseSql {
  /**
   * True when a JSON document has one of the ids as a value, at any depth. The ids are hashed once
   * a statement.
   */
  private static String mentions(String column) {
    return "exists (select from jsonb_path_query("
        + column
        + ", 'strict $.**') p where jsonb_typeof(p) = 'string'"
        + " and p #>> '{}' in (select unnest(?::text[])))";
  }

  /** The session's topic, everything that is part of it, and what was appended to it by name. */
  static final String SESSION_NODES =
      """
      select n.id, n.client_id from memory_nodes n
      where n.scope = ? and n.created_at <= ? and (
        n.id = ?
        or n.id in (select e.src_id from memory_edges e where e.dst_id = ? and e.type = 'part_of' and n.type = 'event')
        or starts_with(n.client_id, ?))
      order by n.type = 'topic', n.id
      """;

  static final String NODE =
      "select n.id, n.client_id from memory_nodes n where n.scope = ? and n.created_at <= ? and n.id = ?";

  /** Summaries that were rolled up from erased nodes carry their texts. */
  static final String ROLLUPS =
      """
      select distinct r.id, r.client_id from memory_edges e join memory_nodes r on r.id = e.src_id
      where e.dst_id = any(?::uuid[]) and e.type = 'derived_from' and r.scope = ?
        and r.slots->>'summary_kind' = 'compression_rollup'
      """;

  /** Topics that clustering made from the nodes, or that they joined. */
  static final String TOPICS =
      """
      with i as materialized (select unnest(?::uuid[]) as id), t as (
        select e.dst_id as id from i join memory_edges e on e.src_id = i.id and e.type = 'part_of'
        union
        select n.id from i cross join lateral (
          select m.id from memory_nodes m where m.slots @> jsonb_build_object('seed_event_id', i.id)) n)
      select n.id from t join memory_nodes n on n.id = t.id
      where n.scope = ? and n.type = 'topic' and n.slots->>'created_by' = 'topic_cluster'
        and not n.id in (select id from i)
      """;

  /** Every node that a step deletes or changes, in the order in which everybody locks nodes. */
  static final String LOCK_NODES =
      "select from memory_nodes where id = any(?::uuid[]) order by id for update";

  static final String OUTBOX_MENTIONS =
      "select id, payload::text from memory_outbox o where scope = ? and "
          + mentions("o.payload")
          + " order by id limit ? for update";

  static final String OUTBOX_UPDATE =
      "update memory_outbox set payload = ?::jsonb, last_error = null, failed_reason = null where id = ?";

  static final String OUTBOX_DELETE = "delete from memory_outbox where id = ?";

  /**
   * Commits of the tenant, in pages by id: a node may be named by a commit of another scope. The
   * diff is null where it names none of the nodes.
   */
  static final String COMMIT_PAGE =
      """
      select id, %s, coalesce(c.rest_sha256, c.diff_sha256)
      from memory_commits c where starts_with(c.scope, ?) = ? and id > ? order by id limit ?
      """
          .formatted("case when " + mentions("c.diff_json") + " then diff_json::text end");

  /** The newest commits of the tenant that name one of the nodes. */
  static final String COMMITS_SINCE =
      """
      with recursive s(scope) as (
        (select min(scope) from memory_commits) union all
        select (select min(scope) from memory_commits where scope > s.scope) from s where s.scope is not null)
      select c.id, c.diff_json::text, coalesce(c.rest_sha256, c.diff_sha256)
      from s join memory_commits c on c.scope = s.scope
      where %s and starts_with(c.scope, ?) = ? and c.created_at >= ? order by c.id limit ?
      """
          .formatted(mentions("c.diff_json"));

  /** Commits of other scopes that name nodes of this one, in pages by id. */
  static final String FOREIGN_COMMITS =
      """
      select c.id, (
        select array_agg(distinct n.id) from jsonb_path_query(c.diff_json, 'lax $.nodes[*].id') p
        join memory_nodes n on n.id = (p #>> '{}')::uuid and n.scope = ?), c.diff_json::text,
        coalesce(c.rest_sha256, c.diff_sha256)
      from memory_commits c where c.scope <> ? and starts_with(c.scope, ?) = ? and c.id > ? order by c.id limit ?
      """;

  static final String KEYS_UPDATE =
      "update idempotency_keys k set response = null where tenant = ? and response is not null and "
          + mentions("k.response::jsonb");

  /**
   * Edges, rules with their feedback, and vectors first, so that they are counted; then the nodes.
   */
  static final String DELETE_NODES =
      """
      with k as materialized (select id from memory_nodes where id = any(?::uuid[]) order by id for update),
      e as (delete from memory_edges where src_id in (select id from k) or dst_id in (select id from k) returning 1),
      d as (delete from memory_rule_defs where rule_node_id in (select id from k) returning rule_node_id),
      f as (delete from memory_rule_feedback where rule_node_id in (select id from k) returning 1),
      v as (delete from memory_vectors where node_id in (select id from k) returning 1),
      n as (delete from memory_nodes where id in (select id from k) returning 1)
      select (select count(*) from n), (select count(*) from e), (select count(*) from d), (select count(*) from v),
        (select count(*) from f), (select array_agg(rule_node_id) from d)
      """;

  /**
   * Decisions of the scope that a rule had a part in: they forget it, and what they say of
   * conflicts.
   */
  static final String DECISIONS =
      """
      update memory_execution_decisions d set metadata_json =
          d.metadata_json - 'tool_conflicts_summary' - 'shadow_tool_conflicts_summary',
        source_rule_ids = array(select s from unnest(d.source_rule_ids) with ordinality u(s, i)
          where s <> all(?::uuid[]) order by i)
      where d.scope = ? and (d.source_rule_ids && ?::uuid[]
        or exists (select from unnest(?::uuid[]) r where strpos(d.metadata_json::text, r::text) > 0))
      """;

  static final String SCOPE_FEEDBACK =
      """
      delete from memory_rule_feedback where id = any(array(
        select id from memory_rule_feedback where scope = ? and created_at <= ? limit ?))
      """;

  static final String SCOPE_DECISIONS =
      """
      delete from memory_execution_decisions where id = any(array(
        select id from memory_execution_decisions where scope = ? and created_at <= ? limit ?))
      """;

  /** A scope without rules needs no version of them. */
  static final String SCOPE_RULE_SET =
      """
      delete from memory_rule_sets s where s.scope = ?
        and not exists (select from memory_rule_defs d where d.scope = s.scope)
      """;

  static final String SCOPE_NODE_PAGE =
      """
      select n.id from memory_nodes n where n.scope = ? and n.id > ? and n.created_at <= ? order by n.id limit ?
      """;

  static final String SCOPE_EDGES =
      """
      delete from memory_edges where id = any(array(
        select id from memory_edges where scope = ? and created_at <= ? order by created_at desc, id limit ?))
      """;

  static final String SCOPE_OUTBOX =
      """
      delete from memory_outbox where id = any(array(
        select id from memory_outbox where scope = ? and created_at <= ? limit ?))
      """;

  static final String SCOPE_AUDIT =
      """
      delete from memory_recall_audit where id = any(array(
        select id from memory_recall_audit where scope = ? and created_at <= ? limit ?))
      """;

  static final String SCOPE_TELEMETRY =
      """
      delete from memory_request_telemetry where id = any(array(
        select id from memory_request_telemetry where tenant_id = ? and scope = ? and created_at <= ? limit ?))
      """;

  static final String TENANT_TELEMETRY =
      """
      delete from memory_request_telemetry where id = any(array(
        select id from memory_request_telemetry where tenant_id = ? and created_at <= ? limit ?))
      """;

  static final String SCOPE_COMMITS =
      """
      with page as (
        select id, created_at, erased_at from memory_commits
        where scope = ? and created_at <= ? and (created_at, id) > (?, ?::uuid) order by created_at, id limit ?
      ), emptied as (
        update memory_commits c set diff_json = '{}', rest_sha256 = '%s', erased_at = coalesce(c.erased_at, now()) from page
        where c.id = page.id and c.diff_json <> '{}' returning 1
      )
      select (select count(*) from emptied), p.created_at, p.id from page p order by p.created_at desc, p.id desc limit 1
      """
          .formatted(CommitStripper.EMPTY_SHA);

  static final String SCOPE_KEYS =
      """
      update idempotency_keys set response = null
      where tenant = ? and response->>'scope' = ? and response is not null and created_at <= ?
      """;

  static final String TENANT_KEYS =
      "update idempotency_keys set response = null where tenant = ? and response is not null and created_at <= ?";

  /** A scope without vectors needs no pin; the next vector pins it to the model of its day. */
  static final String SCOPE_PIN =
      """
      delete from embedding_scopes s where s.scope = ?
        and not exists (select from memory_vectors v where v.scope = s.scope and v.generation_id = s.generation_id)
      """;

  /** Every scope key that has rows anywhere, by skipping along the indexes. */
  static final String ALL_SCOPES =
      """
      with recursive
      n(s) as ((select min(scope) from memory_nodes) union all
        select (select min(scope) from memory_nodes where scope > n.s) from n where n.s is not null),
      c(s) as ((select min(scope) from memory_commits) union all
        select (select min(scope) from memory_commits where scope > c.s) from c where c.s is not null),
      o(s) as ((select min(scope) from memory_outbox) union all
        select (select min(scope) from memory_outbox where scope > o.s) from o where o.s is not null),
      a(s) as ((select min(scope) from memory_recall_audit) union all
        select (select min(scope) from memory_recall_audit where scope > a.s) from a where a.s is not null),
      e(s) as ((select min(scope) from memory_edges) union all
        select (select min(scope) from memory_edges where scope > e.s) from e where e.s is not null),
      d(s) as ((select min(scope) from memory_execution_decisions) union all
        select (select min(scope) from memory_execution_decisions where scope > d.s) from d where d.s is not null)
      select s from (select s from n union select s from c union select s from o union select s from a
        union select s from e union select s from d union select scope from embedding_scopes
        union select scope from memory_rule_sets) x where s is not null order by s
      """;

  private EraseSql() {}
}
