package io.perdura.memory;

/** Statements of topic clustering. */
final class TopicSql {
  /** Advisory lock class of clustering; the second key is the hash of the scope. */
  private static final int CLUSTER_LOCK = 0x50435431;

  /** Taken in the order of the hashes: two transactions with several scopes cannot deadlock. */
  static final String LOCK =
      "select pg_advisory_xact_lock("
          + CLUSTER_LOCK
          + ", h) from (select distinct hashtext(s) as h from unnest(?::text[]) as s order by 1) k";

  /**
   * A topic of node {@code n}, if it has one; sessions are no topics. Look-ups are written as
   * lateral queries with a limit: the planner cannot turn them into joins over whole tables,
   * whatever its statistics say.
   */
  private static final String OWN_TOPIC =
      """
      select 1 as one from memory_edges e
      cross join lateral (select 1 from memory_nodes t
        where t.id = e.dst_id and t.type = 'topic' and not jsonb_exists(t.slots, 'system_kind') limit 1) t
      where e.src_id = n.id and e.type = 'part_of' limit 1\
      """;

  /** Events that have a vector and no topic yet, oldest first. */
  static final String EVENTS =
      """
      select n.id, n.text_summary, n.memory_lane, coalesce(n.owner_agent_id, n.producer_agent_id), n.owner_team_id,
        n.embedding_model, %s
      from unnest(?::uuid[]) as i(id)
      cross join lateral (select * from memory_nodes m
        where m.id = i.id and m.scope = ? and m.type = 'event' and m.tier = 'hot' and m.embedding_status = 'ready' limit 1) n
      cross join lateral (select w.embedding from memory_vectors w
        where w.generation_id = ? and w.node_id = n.id limit 1) v
      left join lateral (%s) p on true
      where p.one is null
      order by n.created_at, n.id
      """
          .formatted(VectorColumn.BYTES, OWN_TOPIC);

  /**
   * Events that wait for a topic, oldest first, among the next nodes of a scope. Parameters: scope,
   * time and id where the page before ended, nodes, generation, limit. One row more tells where the
   * nodes end: it has no event.
   */
  static final String WAITING =
      """
      with w as materialized (
        select id, created_at from memory_nodes where scope = ? and (created_at, id) > (?::timestamptz, ?::uuid)
        order by created_at, id limit ?
      )
      (select n.id, w.created_at::text, w.id from w
        cross join lateral (select * from memory_nodes m
          where m.id = w.id and m.type = 'event' and m.tier = 'hot' and m.embedding_status = 'ready' limit 1) n
        cross join lateral (select 1 from memory_vectors v
          where v.generation_id = ? and v.node_id = n.id limit 1) v
        left join lateral (%s) p on true
        where p.one is null
        order by w.created_at, w.id limit ?)
      union all
      (select null, w.created_at::text, w.id from w order by w.created_at desc, w.id desc limit 1)
      """
          .formatted(OWN_TOPIC);

  private static final String TOPICS =
      """
      from memory_vectors v
      cross join lateral (select 1 from memory_nodes m
        where m.id = v.node_id and m.tier = 'hot' and not jsonb_exists(m.slots, 'system_kind') limit 1) m
      where v.generation_id = ? and v.scope = ? and v.type = 'topic' and v.eligible
      """;

  /** The nearest topics of each event, where PostgreSQL can order by distance. */
  static final String NEAREST =
      """
      with t as materialized (
        select v.node_id, v.embedding, v.memory_lane, v.owner_agent_id, v.owner_team_id
        %s
      ), q as materialized (
        select ord, (?::real[])[ord * ?::int + 1 : (ord + 1) * ?::int]::vector as query, (?::text[])[ord + 1] as lane,
          (?::text[])[ord + 1] as agent, (?::text[])[ord + 1] as team
        from generate_series(0, ? - 1) as ord
      )
      select q.ord, c.node_id
      from q cross join lateral (
        select t.node_id, t.embedding <=> q.query as distance from t
        where t.memory_lane = 'shared' or (q.lane = 'private'
          and t.owner_agent_id is not distinct from q.agent and t.owner_team_id is not distinct from q.team)
        order by distance
        limit ?) c
      where 1 - c.distance >= ?
      """
          .formatted(TOPICS);

  /** Every topic of the scope, where PostgreSQL cannot. */
  static final String ALL =
      "select v.node_id, v.memory_lane, v.owner_agent_id, v.owner_team_id, "
          + VectorColumn.BYTES
          + " "
          + TOPICS;

  /** The topics that may gain a member, locked in the order of their ids. */
  static final String LOAD =
      """
      select t.id, t.memory_lane, t.owner_agent_id, t.owner_team_id, t.slots::text, %s
      from memory_nodes t join memory_vectors v on v.node_id = t.id and v.generation_id = ?
      where t.id = any(?::uuid[])
      order by t.id
      for no key update of t
      """
          .formatted(VectorColumn.BYTES);

  /** Stores topics, new and grown, and their vectors; rows sorted by id. */
  static final String STORE =
      """
      with r as materialized (
        select * from jsonb_to_recordset(?::jsonb) as r(
          ord int, id uuid, fresh boolean, lane text, agent text, team text, title text, slots jsonb, model text)
      ), n as (
        insert into memory_nodes (id, scope, type, tier, memory_lane, owner_agent_id, owner_team_id, title, text_summary,
          slots, embedding_status, embedding_model, embedding_ready_at, commit_id)
        select r.id, ?, 'topic', 'hot', r.lane, r.agent, r.team, r.title, ?, r.slots, 'ready', r.model, now(), ?::uuid
        from r where r.fresh order by r.id
        on conflict do nothing
      ), u as (
        update memory_nodes t set slots = r.slots, commit_id = ?::uuid from r where t.id = r.id and not r.fresh
      )
      insert into memory_vectors as v (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
        owner_team_id)
      select ?::int, r.id, ?, (?::real[])[r.ord * ?::int + 1 : (r.ord + 1) * ?::int], true, 'topic', r.lane, r.agent, r.team
      from r order by r.id
      on conflict (generation_id, node_id) do update set embedding = excluded.embedding, changed_xid = excluded.changed_xid
      """;

  static final String EDGES =
      """
      insert into memory_edges as t (id, scope, type, src_id, dst_id, weight, confidence, decay_rate, commit_id)
      select x.id, ?, x.type, x.src, x.dst, x.weight, x.confidence, x.decay, ?::uuid
      from jsonb_to_recordset(?::jsonb) as x(
        id uuid, type text, src uuid, dst uuid, weight real, confidence real, decay real)
      order by x.type, x.src, x.dst
      on conflict (scope, type, src_id, dst_id) do update set
        weight = greatest(t.weight, excluded.weight), confidence = greatest(t.confidence, excluded.confidence),
        commit_id = excluded.commit_id, last_activated = now()
      """;

  /**
   * Figures over the newest 200 nodes of the scope: a count over all of it would cost more than the
   * clustering itself.
   */
  static final String QUALITY =
      """
      select count(*) filter (where f.event), count(*) filter (where f.event and f.topic is null),
        count(*) filter (where f.type = 'topic'), count(*) filter (where f.type = 'topic' and f.merged)
      from (
        select n.type, n.type = 'event' and n.tier in ('hot', 'warm') and n.embedding_status = 'ready' as event,
          (%s) as topic, jsonb_exists(n.slots, 'alias_of') and n.updated_at > now() - interval '30 days' as merged
        from (select id, type, tier, embedding_status, slots, updated_at from memory_nodes
          where scope = ? order by created_at desc, id desc limit 200) n) f
      """
          .formatted(OWN_TOPIC);

  private TopicSql() {}
}
