package io.perdura.recall;

/**
 * The statements of the pgvector engine.
 *
 * <p>Generation and dimension are text in them: a partial expression index cannot be proven from a
 * parameter. There are few generations, so there are few statements.
 *
 * <p>Whether a search walks the HNSW index or compares every vector is decided here and not by the
 * planner, whose estimates know nothing of one scope. The settings that pin the plan travel with
 * the statement, in the same round trip, so that nothing depends on how the pool was set up; the
 * generic plan is therefore always the right one.
 */
final class PgvectorSql {
  /** pgvector indexes vectors up to this length as they are, longer ones as 16-bit floats. */
  private static final int LONGEST_FULL = 2000;

  // Sorting is "off" so that the walk of the index is the cheaper plan whatever the estimates say.
  private static final String WALK_SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
        set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
        set_config('hnsw.iterative_scan', 'strict_order', true),
        set_config('hnsw.max_scan_tuples', '{tuples}', true), set_config('hnsw.ef_search', ?, true);
      """;

  private static final String SCAN_SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
        set_config('enable_seqscan', 'off', true);
      """;

  /** Rows that one viewer may see in a scope, at most {limit} a kind; and all rows there are. */
  private static final String COUNT =
      """
      with p as materialized (select ?::text as scope, ?::text as agent, ?::text as team)
      select
        (select count(*) from (select from memory_vectors
          where generation_id = {generation} and scope = (select scope from p)
            and memory_lane = 'shared' limit {limit}) shared)
        + (select count(*) from (select from memory_vectors
          where generation_id = {generation} and scope = (select scope from p)
            and memory_lane = 'private' and owner_agent_id = (select agent from p) limit {limit}) own)
        + (select count(*) from (select from memory_vectors
          where generation_id = {generation} and scope = (select scope from p)
            and memory_lane = 'private' and owner_team_id = (select team from p) limit {limit}) team),
        (select greatest(reltuples, 0)::bigint from pg_class where oid = 'memory_vectors'::regclass);
      """;

  // "coalesce(scope = .., false)" keeps the planner from the b-tree and from its idea of how rare
  // a scope is.
  private static final String WALK =
      """
      with p as materialized (select ?::real[]::vector({dimension}) as query, ?::text as scope,
        ?::text as agent, ?::text as team, ?::int as k
      )
      select node_id, (embedding::vector({dimension})) <=> (select query from p) as distance
      from memory_vectors
      where generation_id = {generation} and eligible and coalesce(scope = (select scope from p), false)
        and (memory_lane = 'shared'
          or owner_agent_id = (select agent from p) or owner_team_id = (select team from p))
      order by (embedding::{indexed}({dimension})) <=> (select query from p)::{indexed}({dimension})
      limit (select k from p)
      """;

  // A walk over signs, far cheaper a step, and then the whole vectors of what it found.
  private static final String WALK_BITS =
      """
      with p as materialized (select ?::real[]::vector({dimension}) as query, ?::text as scope,
        ?::text as agent, ?::text as team, ?::int as k, ?::int as pool
      ), near as materialized (
        select node_id, embedding
        from memory_vectors
        where generation_id = {generation} and eligible and coalesce(scope = (select scope from p), false)
          and (memory_lane = 'shared'
            or owner_agent_id = (select agent from p) or owner_team_id = (select team from p))
        order by (binary_quantize(embedding::vector({dimension}))::bit({dimension}))
          <~> (select binary_quantize(query)::bit({dimension}) from p)
        limit (select pool from p)
      ), compared as materialized (
        select node_id, (embedding::vector({dimension})) <=> (select query from p) as distance from near
      )
      select node_id, distance from compared
      where distance <> 'NaN'
      order by distance, node_id
      limit (select k from p)
      """;

  private static final String SCAN =
      """
      with p as materialized (select ?::real[]::vector({dimension}) as query, ?::text as scope,
        ?::text as agent, ?::text as team, ?::int as k
      ), visible as materialized (
        select node_id, embedding <=> (select query from p) as distance
        from memory_vectors
        where generation_id = {generation} and scope = (select scope from p) and eligible
          and memory_lane = 'shared'
        union all
        select node_id, embedding <=> (select query from p)
        from memory_vectors
        where generation_id = {generation} and scope = (select scope from p) and eligible
          and memory_lane = 'private' and owner_agent_id = (select agent from p)
        union all
        select node_id, embedding <=> (select query from p)
        from memory_vectors
        where generation_id = {generation} and scope = (select scope from p) and eligible
          and memory_lane = 'private' and owner_team_id = (select team from p)
          and (owner_agent_id = (select agent from p)) is not true
      )
      select node_id, distance from visible
      where distance <> 'NaN'
      order by distance, node_id
      limit (select k from p)
      """;

  private static final String CREATE_INDEX =
      """
      create index concurrently {name} on memory_vectors
      using hnsw ((embedding::{indexed}({dimension})) {indexed}_cosine_ops)
      with (m = 16, ef_construction = 64)
      where generation_id = {generation} and eligible
      """;

  private static final String CREATE_BITS =
      """
      create index concurrently {name} on memory_vectors
      using hnsw ((binary_quantize(embedding::vector({dimension}))::bit({dimension})) bit_hamming_ops)
      with (m = 16, ef_construction = 64)
      where generation_id = {generation} and eligible
      """;

  private PgvectorSql() {}

  static String walkSettings(int mostTuples) {
    return WALK_SETTINGS.replace("{tuples}", Integer.toString(mostTuples));
  }

  static String scanSettings() {
    return SCAN_SETTINGS;
  }

  static String count(int generation, int limit) {
    return COUNT
        .replace("{generation}", Integer.toString(generation))
        .replace("{limit}", Integer.toString(limit));
  }

  static String walk(int generation, int dimension, Quantization quantization) {
    return fill(quantization == Quantization.BITS ? WALK_BITS : WALK, generation, dimension);
  }

  static String scan(int generation, int dimension) {
    return fill(SCAN, generation, dimension);
  }

  static String createIndex(int generation, int dimension, Quantization quantization) {
    String sql = quantization == Quantization.BITS ? CREATE_BITS : CREATE_INDEX;
    return fill(sql, generation, dimension).replace("{name}", quantization.indexName(generation));
  }

  private static String fill(String sql, int generation, int dimension) {
    return sql.replace("{generation}", Integer.toString(generation))
        .replace("{dimension}", Integer.toString(dimension))
        .replace("{indexed}", dimension <= LONGEST_FULL ? "vector" : "halfvec");
  }
}
