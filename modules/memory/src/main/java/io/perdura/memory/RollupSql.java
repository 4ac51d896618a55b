package io.perdura.memory;

/** Statements of the summaries of topics. */
final class RollupSql {
  /**
   * Active topics with enough new events, most of them first. Parameters: scope, start, days,
   * start, least events, scope, and where the page before ended: events, events, id; limit.
   */
  static final String TOPICS =
      """
      select t.id, t.title, t.memory_lane, t.owner_agent_id, t.owner_team_id, t.embedding_model, x.events
      from (
        select e.dst_id as id, count(*) as events from memory_nodes n join memory_edges e on e.src_id = n.id and e.type = 'part_of'
        where n.scope = ? and n.type = 'event' and n.created_at >= ?::timestamptz - make_interval(days => ?)
          and n.created_at <= ?::timestamptz
        group by e.dst_id having count(*) >= ?) x
      join memory_nodes t on t.id = x.id
      where t.scope = ? and t.type = 'topic' and t.tier in ('hot', 'warm') and t.embedding_status = 'ready'
        and t.slots->>'topic_state' = 'active' and not jsonb_exists(t.slots, 'alias_of')
        and exists (select from memory_vectors v where v.node_id = t.id)
        and (x.events < ? or (x.events = ? and t.id > ?::uuid))
      order by x.events desc, t.id limit ?
      """;

  private static final String EVENTS =
      """
      from memory_edges e join memory_nodes n on n.id = e.src_id
      where e.dst_id = ? and e.type = 'part_of' and n.scope = ? and n.type = 'event'
        and n.created_at >= ?::timestamptz - make_interval(days => ?) and n.created_at <= ?::timestamptz
      """;

  /** Who the events of a topic belong to. Parameters: topic, scope, start, days, start. */
  static final String OWNERS =
      """
      select n.memory_lane, coalesce(n.owner_agent_id, n.producer_agent_id), n.owner_team_id, count(*)
      """
          + EVENTS
          + " group by 1, 2, 3";

  /**
   * The newest events that a summary may tell. Parameters: those of the owners; then whether shared
   * events count, whether private ones of the owner do; agent, team; limit.
   */
  static final String SOURCES =
      """
      select n.id, coalesce(nullif(n.text_summary, ''), n.title), n.commit_id::text, n.raw_ref, n.evidence_ref, n.created_at
      """
          + EVENTS
          + """
            and ((?::boolean and n.memory_lane = 'shared') or (?::boolean and n.memory_lane = 'private'
              and coalesce(n.owner_agent_id, n.producer_agent_id) is not distinct from ?::text
              and n.owner_team_id is not distinct from ?::text))
          order by n.created_at desc, n.id limit ?
          """;

  /** Locks the summaries that exist, in the order of their ids. Parameters: ids. */
  static final String KNOWN =
      """
      select id, text_summary, slots->>'source_event_hash', memory_lane, owner_agent_id, owner_team_id
      from memory_nodes where id = any(?::uuid[]) order by id for no key update
      """;

  /**
   * Parameters: id, scope, lane, agent, team, title, text, slots, model, commit; commit. A summary
   * that says something new is looked at again.
   */
  static final String STORE =
      """
      insert into memory_nodes as n (id, scope, type, tier, memory_lane, owner_agent_id, owner_team_id, title, text_summary,
        slots, embedding_status, embedding_model, embedding_ready_at, salience, importance, confidence, commit_id)
      values (?, ?, 'concept', 'warm', ?, ?, ?, ?, ?, ?::jsonb, 'ready', ?, now(), 0.5, 0.6, 0.7, ?)
      on conflict (id) do update set memory_lane = excluded.memory_lane, owner_agent_id = excluded.owner_agent_id,
        owner_team_id = excluded.owner_team_id, title = excluded.title, text_summary = excluded.text_summary,
        slots = n.slots || excluded.slots, embedding_status = 'ready', embedding_model = excluded.embedding_model,
        tier = 'warm', commit_id = excluded.commit_id
      """;

  /** A summary is found where its topic is. Parameters: id, lane, agent, team, topic. */
  static final String VECTORS =
      """
      insert into memory_vectors as v (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
        owner_team_id)
      select t.generation_id, ?, t.scope, t.embedding, true, 'concept', ?, ?, ? from memory_vectors t
      where t.node_id = ? order by t.generation_id
      on conflict (generation_id, node_id) do update set embedding = excluded.embedding, eligible = true,
        memory_lane = excluded.memory_lane, owner_agent_id = excluded.owner_agent_id,
        owner_team_id = excluded.owner_team_id, changed_xid = excluded.changed_xid
      """;

  /** Parameters: summary, ids of the events that it tells now. */
  static final String FORGET =
      "delete from memory_edges where src_id = ? and type = 'derived_from' and not dst_id = any(?::uuid[])";

  private RollupSql() {}
}
