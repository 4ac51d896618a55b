package io.perdura.memory;

import io.perdura.outbox.OutboxSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The statements of a write. */
final class WriteSql {
  /**
   * Looks up what a write names. One row a fact: kind, id, scope, type, title, summary, src, dst,
   * ready, owner agent and owner team of a private node.
   *
   * <p>Rows are looked up one by one (lateral, with a limit) here and below: a plan that was made
   * while the tables were empty and is kept must not read all of them later.
   */
  static final String RESOLVE =
      """
      select 'node', n.id, n.scope, n.type, n.title, n.text_summary, null::uuid, null::uuid,
        n.embedding_status = 'ready'
          and (select true from memory_vectors v where v.node_id = n.id limit 1) is not null,
        case when n.memory_lane = 'private' then n.owner_agent_id end,
        case when n.memory_lane = 'private' then n.owner_team_id end
      from unnest(?::uuid[]) as k(id)
      cross join lateral (select * from memory_nodes m where m.id = k.id limit 1) n
      union all
      select 'edge', e.id, e.scope, e.type, null, null, e.src_id, e.dst_id, null, null, null
      from unnest(?::uuid[]) as k(id)
      cross join lateral (select * from memory_edges x where x.id = k.id limit 1) e
      union all
      select 'parent', c.id, null, null, c.commit_hash, null, null, null, null, null, null
      from memory_commits c where c.id = ?::uuid and c.scope = ?
      union all
      select 'commit', c.id, null, null, null, null, null, null, null, null, null
      from memory_commits c where c.commit_hash = ?
      """;

  /**
   * Rows of the nodes to insert, the vectors' place in the array of all vectors included. First
   * parameter of {@link #store}.
   */
  private static final String NODE_ROWS =
      """
      r as materialized (
        select * from jsonb_to_recordset(?::jsonb) as r(
          id uuid, scope text, client_id text, type text, tier text, lane text, producer text, agent text, team text,
          title text, summary text, slots jsonb, raw_ref text, evidence_ref text, status text, model text, error text,
          salience real, importance real, confidence real, vec int, rule_scope text, rule_agent text, rule_team text)
      )\
      """;

  private static final String EDGE_ROWS =
      """
      x as materialized (
        select * from jsonb_to_recordset(?::jsonb) as x(
          ord int, id uuid, scope text, type text, src uuid, dst uuid, weight real, confidence real, decay real, again boolean)
      )\
      """;

  /** Parameters: ids of all nodes, how many of them exist. */
  private static final String NODES_AS_KNOWN =
      """
      (select count(*) from unnest(?::uuid[]) as k(id)
        cross join lateral (select 1 from memory_nodes m where m.id = k.id limit 1) m) = ?\
      """;

  /** Parameters: outside ends, their scopes, their number. */
  private static final String ENDS_AS_KNOWN =
      """
      (select count(*) from unnest(?::uuid[], ?::text[]) as w(id, scope)
        join memory_nodes m on m.id = w.id and m.scope = w.scope) = ?\
      """;

  /**
   * The same for a caller with an identity: its agent and its team come before the number. Private
   * nodes of nobody are open to everybody here.
   */
  private static final String ENDS_AS_SEEN =
      """
      (select count(*) from unnest(?::uuid[], ?::text[]) as w(id, scope)
        join memory_nodes m on m.id = w.id and m.scope = w.scope
          and (m.memory_lane = 'shared' or m.owner_agent_id = ? or m.owner_team_id = ?
            or m.owner_agent_id is null and m.owner_team_id is null)) = ?\
      """;

  private static final String COMMIT =
      """
      c as (
        insert into memory_commits (id, scope, parent_id, input_sha256, diff_json, diff_sha256, actor, model_version,
          prompt_version, content_sha256, commit_hash)
        select ?::uuid, ?, ?::uuid, ?, ?::jsonb, ?, ?, ?, ?, ?, ? from guard where ok
        on conflict (commit_hash) do nothing
        returning id
      ), go as materialized (select id from c)\
      """;

  /** Parameter: the commit that exists already. */
  private static final String SAME_COMMIT =
      "go as materialized (select ?::uuid as id from guard where ok)";

  private static final String NODES =
      """
      n as (
        insert into memory_nodes (id, scope, client_id, type, tier, memory_lane, producer_agent_id, owner_agent_id,
          owner_team_id, title, text_summary, slots, raw_ref, evidence_ref, embedding_status, embedding_model,
          embedding_last_error, embedding_ready_at, salience, importance, confidence, commit_id)
        select r.id, r.scope, r.client_id, r.type, r.tier, r.lane, r.producer, r.agent, r.team, r.title, r.summary,
          r.slots, r.raw_ref, r.evidence_ref, r.status, r.model, r.error,
          case r.status when 'ready' then now() end, r.salience, r.importance, r.confidence, go.id
        from go, r order by r.id
        on conflict do nothing
        returning id, commit_id
      )\
      """;

  private static final String RULES =
      """
      d as (
        insert into memory_rule_defs (scope, rule_node_id, if_json, then_json, exceptions_json, rule_scope,
          target_agent_id, target_team_id, commit_id)
        select r.scope, r.id, coalesce(nullif(r.slots->'if', 'null'), '{}'), coalesce(nullif(r.slots->'then', 'null'), '{}'),
          coalesce(nullif(r.slots->'exceptions', 'null'), '[]'), r.rule_scope, r.rule_agent, r.rule_team, n.commit_id
        from n join r using (id) where r.rule_scope is not null order by r.id
        on conflict (rule_node_id) do nothing
      )\
      """;

  /** Parameters: generation, all vectors in one array, dimension, dimension. */
  private static final String VECTORS =
      """
      v as (
        insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
          owner_team_id)
        select ?::int, r.id, r.scope, (?::real[])[r.vec * ?::int + 1 : (r.vec + 1) * ?::int], r.tier in ('hot', 'warm'),
          r.type, r.lane, r.agent, r.team
        from n join r using (id) where r.vec is not null order by r.id
        on conflict do nothing
        returning scope, generation_id
      ), s as (
        insert into embedding_scopes (scope, generation_id)
        select distinct scope, generation_id from v order by scope
        on conflict do nothing
      )\
      """;

  /** %INSERTED%: how many nodes were inserted; counting them makes them go first. */
  private static final String EDGES =
      """
      e as (
        insert into memory_edges as t (id, scope, type, src_id, dst_id, weight, confidence, decay_rate, last_activated, commit_id)
        select x.id, x.scope, x.type, x.src, x.dst, x.weight, x.confidence, x.decay, case when x.again then now() end, go.id
        from go, x where %INSERTED% >= 0 order by x.scope, x.type, x.src, x.dst
        on conflict (scope, type, src_id, dst_id) do update set
          weight = greatest(t.weight, excluded.weight), confidence = greatest(t.confidence, excluded.confidence),
          commit_id = excluded.commit_id, last_activated = now()
        returning id, scope, type, src_id, dst_id
      )\
      """;

  /** Parameters: chain, entry, personal part. */
  private static final String AUDIT =
      "a as (insert into audit_inbox (chain, entry, personal) select ?, ?, ? from go)";

  private static final String STORED_EDGES =
      """
      (select jsonb_agg(jsonb_build_array(x.ord, e.id)) from e
        join x on x.scope = e.scope and x.type = e.type and x.src = e.src_id and x.dst = e.dst_id where x.id <> e.id)\
      """;

  private static final Map<Parts, String> STORE = new ConcurrentHashMap<>();

  /**
   * What a write has. Each combination is a statement of its own: parts that would do nothing cost
   * a quarter of a small write.
   *
   * @param endsAreSeen whether an outside end must be visible to the caller
   * @param newCommit false when the commit exists and is only completed
   * @param audit whether the statement carries the call's row of the audit trail
   */
  record Parts(
      boolean nodes,
      boolean fresh,
      boolean rules,
      boolean vectors,
      boolean edges,
      boolean outsideEnds,
      boolean endsAreSeen,
      boolean newCommit,
      boolean jobs,
      boolean audit) {}

  /**
   * Returns the statement that stores a whole write, or nothing of it: commit id, number of nodes
   * inserted, edges that exist under another id.
   *
   * <p>{@code guard} compares what the caller assumed with what this statement sees: that no
   * erasure is at work in the scopes, how many of the nodes exist, and that every outside end is
   * there. If it does not hold, or the commit's hash is taken, {@code go} is empty and so is
   * everything else. Each part reads the one before it, so that every writer takes its locks in the
   * order commit, nodes, edges, and inside each in the order of the keys: two writers cannot
   * deadlock.
   */
  static String store(Parts parts) {
    return STORE.computeIfAbsent(parts, WriteSql::build);
  }

  private static String build(Parts parts) {
    List<String> with = new ArrayList<>();
    List<String> known = new ArrayList<>();
    if (parts.fresh) {
      with.add(NODE_ROWS);
    }
    if (parts.edges) {
      with.add(EDGE_ROWS);
    }
    known.add(EraseFence.OPEN);
    if (parts.nodes) {
      known.add(NODES_AS_KNOWN);
    }
    if (parts.outsideEnds) {
      known.add(parts.endsAreSeen ? ENDS_AS_SEEN : ENDS_AS_KNOWN);
    }
    with.add("guard as materialized (select " + String.join(" and ", known) + " as ok)");
    with.add(parts.newCommit ? COMMIT : SAME_COMMIT);
    if (parts.fresh) {
      with.add(NODES);
    }
    if (parts.rules) {
      with.add(RULES);
    }
    if (parts.vectors) {
      with.add(VECTORS);
    }
    String inserted = parts.fresh ? "(select count(*) from n)" : "0";
    if (parts.edges) {
      with.add(EDGES.replace("%INSERTED%", inserted));
    }
    if (parts.jobs) {
      with.add(
          "o as ("
              + OutboxSql.insertFrom("(select case when exists (select from go) then ?::jsonb end)")
              + ")");
    }
    if (parts.audit) {
      with.add(AUDIT);
    }
    return "with "
        + String.join(", ", with)
        + " select (select id from go), "
        + inserted
        + ", "
        + (parts.edges ? STORED_EDGES : "null");
  }

  static final String ATTACH =
      """
      update memory_outbox set payload = payload || jsonb_build_object(?, ?::jsonb)
      where commit_id = ? and scope = ? and event_type = ? and published_at is null and failed_at is null
        and not jsonb_exists(payload, ?)
      """;

  private WriteSql() {}
}
