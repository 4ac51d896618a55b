package io.perdura.memory;

/** Statements of the backfill of a generation. */
final class BackfillSql {
  /** Distinct scopes of one generation, by skipping from one to the next along the index. */
  static final String SCOPES =
      """
      with recursive s(scope) as (
        (select scope from memory_vectors where generation_id = ? order by scope limit 1)
        union all
        select (select v.scope from memory_vectors v where v.generation_id = ? and v.scope > s.scope order by v.scope limit 1)
        from s where s.scope is not null
      )
      select scope from s where scope is not null
      """;

  /**
   * Nodes of a scope after an id that have a vector of another generation. The first parameter is
   * the configured generation, the second the dimension that a vector must have to be taken over.
   */
  static final String PAGE =
      """
      select n.id, n.type, n.title, n.text_summary, o.model,
        exists (select from memory_vectors w where w.generation_id = ? and w.node_id = n.id),
        case when o.dimension = ? and n.embedding_model is distinct from o.model then o.bytes end
      from memory_nodes n
      cross join lateral (
        select g.model, g.dimension, %s as bytes
        from memory_vectors v join embedding_generations g on g.id = v.generation_id
        where v.node_id = n.id and v.generation_id <> ?
        order by v.generation_id desc limit 1) o
      where n.scope = ? and n.id > ?
      order by n.id limit ?
      """
          .formatted(VectorColumn.BYTES);

  /**
   * Nodes of a scope that have a vector, but none of this generation: the first and the last
   * parameter are the configured generation.
   */
  static final String PENDING =
      """
      select count(distinct v.node_id) from memory_vectors v
      where v.generation_id <> ? and v.scope = ?
        and not exists (select from memory_vectors w where w.generation_id = ? and w.node_id = v.node_id)
      """;

  /** Adds vectors of nodes that still exist and have none of this generation. */
  static final String STORE =
      """
      with k as materialized (
        select n.id, n.scope, n.type, n.tier, n.embedding_status, n.memory_lane, n.owner_agent_id, n.owner_team_id, r.ord,
          r.model
        from unnest(?::uuid[], ?::text[]) with ordinality as r(id, model, ord)
        join memory_nodes n on n.id = r.id and n.scope = ?
        order by n.id for no key update of n
      ), u as (
        update memory_nodes n set embedding_model = k.model from k where n.id = k.id and k.model is not null
      )
      insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id,
        owner_team_id)
      select ?::int, k.id, k.scope, (?::real[])[(k.ord - 1) * ?::int + 1 : k.ord * ?::int],
        k.tier in ('hot', 'warm') and k.embedding_status = 'ready', k.type, k.memory_lane, k.owner_agent_id, k.owner_team_id
      from k order by k.id
      on conflict (generation_id, node_id) do nothing
      """;

  static final String SWITCH =
      """
      insert into embedding_scopes as s (scope, generation_id) values (?, ?)
      on conflict (scope) do update set generation_id = excluded.generation_id, updated_at = now()
        where s.generation_id <> excluded.generation_id
      """;

  /** What could not be embedded anew has no vector that a search could use from now on. */
  static final String GIVE_UP =
      """
      update memory_nodes n set embedding_status = 'failed', embedding_last_error = 'not_embeddable_in_new_generation'
      where n.scope = ? and n.embedding_status = 'ready'
        and exists (select from memory_vectors v where v.node_id = n.id)
        and not exists (select from memory_vectors v where v.node_id = n.id and v.generation_id = ?)
      """;

  /** Drops a chunk of vectors that no search uses any more. */
  static final String DROP =
      """
      delete from memory_vectors where ctid = any(array(
        select v.ctid from memory_vectors v
        where v.generation_id = any(?::int[]) and v.scope = ?
          and exists (select from embedding_scopes s where s.scope = v.scope and s.generation_id <> v.generation_id)
        limit ?))
      """;

  private BackfillSql() {}
}
