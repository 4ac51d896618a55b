package io.perdura.memory;

/** Statements of the search for duplicates and of their merging. */
final class ConsolidationSql {
  /**
   * Not a node that was merged already, a session, a summary of a topic, or one that nobody owns.
   */
  private static final String MERGEABLE =
      """
      n.tier in ('hot', 'warm') and n.embedding_status = 'ready' and coalesce(n.slots->>'alias_of', '') = ''
        and not jsonb_exists(n.slots, 'system_kind') and not jsonb_exists(n.slots, 'summary_kind')
        and (n.memory_lane = 'shared' or n.owner_agent_id is not null or n.owner_team_id is not null)\
      """;

  private static final String CANDIDATES =
      """
      from memory_nodes n join memory_vectors v on v.node_id = n.id and v.generation_id = ?
      where n.scope = ? and n.type = any(?) and %s\
      """
          .formatted(MERGEABLE);

  /**
   * How many nodes there are, as far as they are counted; which of them are anchors; and the last
   * one that is compared, where there are more. Parameters: generation, scope, types, most nodes
   * plus one, most anchors, most nodes.
   */
  static final String BEGIN =
      """
      with m as materialized (select n.id, n.updated_at %s order by n.updated_at desc, n.id limit ?)
      select (select count(*) from m),
        array(select id from m order by updated_at desc, id limit ?)::text[], c.updated_at::text, c.id
      from (select 1) one left join lateral (
        select m.updated_at, m.id from m order by m.updated_at desc, m.id offset ? - 1 limit 1) c on true
      """
          .formatted(CANDIDATES);

  private static final String VECTOR =
      "select n.id, n.type, n.memory_lane, n.owner_agent_id, n.owner_team_id, "
          + VectorColumn.BYTES
          + " "
          + CANDIDATES;

  /** Parameters: generation, scope, types, ids. */
  static final String ANCHORS = VECTOR + " and n.id = any(?::uuid[]) order by n.id";

  /** Parameters: generation, scope, types, time and time and id of the last one, id, limit. */
  static final String NODES =
      VECTOR
          + """
           and (n.updated_at > ?::timestamptz or n.updated_at = ?::timestamptz and n.id <= ?) and n.id > ?
          order by n.id limit ?\
          """;

  /** Parameters: ids. */
  static final String ITEMS =
      "select id, type, title, text_summary, salience, created_at from memory_nodes where id = any(?::uuid[])";

  /** Locks both nodes of every pair, in the order of their ids. Parameters: scope, ids. */
  static final String LOCK =
      """
      select id, type, salience, importance, confidence, slots::text from memory_nodes
      where scope = ? and id = any(?::uuid[]) order by id for no key update
      """;

  /** Parameters: scope, ids of duplicates. Nodes that were merged into one of them before. */
  static final String ALIASES_OF =
      """
      select n.id, n.slots->>'alias_of' from memory_nodes n where n.scope = ?
        and n.slots->>'alias_of' = any(?::text[]) order by n.id for no key update
      """;

  /** Parameters: commit, rows. */
  static final String MERGE =
      """
      update memory_nodes n set slots = r.slots, commit_id = ?::uuid, salience = coalesce(r.salience, n.salience),
        importance = coalesce(r.importance, n.importance), confidence = coalesce(r.confidence, n.confidence)
      from jsonb_to_recordset(?::jsonb) as r(id uuid, slots jsonb, salience real, importance real, confidence real)
      where n.id = r.id
      """;

  /** Parameters: commit, canonical, canonical, ids. */
  static final String REPOINT =
      """
      update memory_nodes n set commit_id = ?::uuid,
        slots = n.slots || jsonb_build_object('alias_of', ?::text, 'superseded_by', ?::text)
      where n.id = any(?::uuid[])
      """;

  /** Vectors of two nodes in every generation that has both. Parameters: one, other. */
  static final String VECTORS =
      """
      select a.generation_id, array_send(a.embedding::real[]), array_send(b.embedding::real[])
      from memory_vectors a join memory_vectors b on b.generation_id = a.generation_id
      where a.node_id = ? and b.node_id = ? order by 1
      """;

  /** Parameters: vector, node, generation. */
  static final String STORE_VECTOR =
      """
      update memory_vectors set embedding = ?::real[], changed_xid = pg_current_xact_id()
      where node_id = ? and generation_id = ?
      """;

  private static final String ALIAS =
      "n.scope = ? and n.slots->>'alias_of' ~ '^[0-9a-fA-F-]{36}$' and n.slots->>'alias_of' <> n.id::text";

  /** The next aliases that have edges. Parameters: scope, id, limit. */
  static final String NEXT_ALIASES =
      """
      select n.id from memory_nodes n where %s and n.id > ?::uuid
        and exists (select from memory_edges e where e.src_id = n.id union all
          select from memory_edges e where e.dst_id = n.id limit 1)
      order by n.id limit ?
      """
          .formatted(ALIAS);

  /**
   * Counts aliases, those that a job marked, those with edges, and their edges. Parameters: scope.
   */
  static final String HEALTH =
      """
      select count(*), count(*) filter (where n.slots->>'consolidation_job' = 'consolidation_apply'
          and n.slots->>'consolidation_state' = 'aliased'),
        count(*) filter (where e.edges > 0), coalesce(sum(e.edges), 0)
      from memory_nodes n cross join lateral (
        select (select count(*) from memory_edges e where e.src_id = n.id)
          + (select count(*) from memory_edges e where e.dst_id = n.id) as edges) e
      where %s
      """
          .formatted(ALIAS);

  /** Parameters: node, limit, node, limit, limit. */
  static final String EDGE_IDS =
      """
      select id from (
        (select id from memory_edges where src_id = ? limit ?) union all (select id from memory_edges where dst_id = ? limit ?)
      ) e limit ?
      """;

  /** Locks edges in the order in which a write does. Parameters: ids. */
  static final String EDGES =
      """
      select id, scope, type, src_id, dst_id, weight, confidence, decay_rate, last_activated::text
      from memory_edges where id = any(?::uuid[]) order by scope, type, src_id, dst_id for update
      """;

  /** What a node was merged into. Parameters: ids. */
  static final String TARGETS =
      """
      select n.id, case when n.slots->>'alias_of' ~ '^[0-9a-fA-F-]{36}$' then (n.slots->>'alias_of')::uuid end
      from memory_nodes n where n.id = any(?::uuid[])
      """;

  /** Parameters: commit, rows. */
  static final String STORE_EDGES =
      """
      insert into memory_edges as t (id, scope, type, src_id, dst_id, weight, confidence, decay_rate, last_activated, commit_id)
      select x.id, x.scope, x.type, x.src, x.dst, x.weight, x.confidence, x.decay, x.active, ?::uuid
      from jsonb_to_recordset(?::jsonb) as x(id uuid, scope text, type text, src uuid, dst uuid, weight real, confidence real,
        decay real, active timestamptz)
      order by x.scope, x.type, x.src, x.dst
      on conflict (scope, type, src_id, dst_id) do update set weight = greatest(t.weight, excluded.weight),
        confidence = greatest(t.confidence, excluded.confidence), decay_rate = least(t.decay_rate, excluded.decay_rate),
        last_activated = greatest(t.last_activated, excluded.last_activated), commit_id = excluded.commit_id
      """;

  static final String DELETE_EDGES = "delete from memory_edges where id = any(?::uuid[])";

  /** Parameters: ids. */
  static final String LOCK_IDS =
      "select from memory_nodes where id = any(?::uuid[]) order by id for no key update";

  /** Parameters: commit, time, scope, ids. A topic counts its members again. */
  static final String STAMP =
      """
      update memory_nodes n set commit_id = ?::uuid, slots = n.slots
        || jsonb_build_object('last_edge_redirect_at', ?::text, 'last_edge_redirect_job', 'consolidation_redirect_edges')
        || case when n.type = 'topic' and jsonb_exists(n.slots, 'member_count') then jsonb_build_object('member_count', (
          select count(*) from memory_edges e join memory_nodes m on m.id = e.src_id
          where e.dst_id = n.id and e.type = 'part_of' and m.type = 'event')) else '{}' end
      where n.scope = ? and n.id = any(?::uuid[])
      """;

  private ConsolidationSql() {}
}
