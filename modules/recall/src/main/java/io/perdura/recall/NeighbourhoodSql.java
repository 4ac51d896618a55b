package io.perdura.recall;

/**
 * The statement of stage 2 (contract, section 5.5): seeds from candidates, one or two hops of
 * edges, the nodes at their ends and the rule definitions among them, in one round trip.
 *
 * <p>How it stays fast with hubs of thousands of edges: "the best H edges at any of these nodes"
 * first samples the best few of each node, takes the H-th best of the sample as a bar, and then
 * reads from each node only what beats it. Each read follows an index that is ordered by weight and
 * confidence, so it ends at the bar. Only where the sample has fewer than H edges, all are read.
 *
 * <p>One plan for all parameters (planning costs more than running), and never a sequential scan: a
 * plan made while a table was small must not survive its growth. Both are said in the statement
 * that precedes it in the same round trip, so nothing depends on how the pool was set up.
 */
final class NeighbourhoodSql {
  /** Number of the first column that is there only on request. */
  static final int FIRST_OPTIONAL = 18;

  private static final String SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true);
      """;

  // 1 candidate ids, best first; 2 scope; 3 agent; 4 team; 5 seeds; 6, 7 least weight and
  // confidence; 8 edges of a hop on one side; 9 edges; 10 nodes; 11 seeds without embedding, too?
  private static final String SEEDS =
      """
      with p as materialized (
        select ?::uuid[] as ids, ?::text as scope, ?::text as agent, ?::text as team, ?::int as seeds,
          ?::real as weight, ?::real as confidence, ?::int as per_side, ?::int as edges, ?::int as nodes,
          ?::boolean as unready
      ), seed as materialized (
        select c.id, c.ord
        from unnest((select ids from p)) with ordinality c(id, ord)
        cross join lateral (
          select from memory_nodes n
          where n.id = c.id and n.scope is not distinct from (select scope from p)
            and n.tier in ('hot', 'warm')
            and (n.embedding_status = 'ready' or (select unready from p))
            and (n.memory_lane = 'shared'
              or n.owner_agent_id = (select agent from p) or n.owner_team_id = (select team from p))
            and case n.type
              when 'topic' then coalesce(n.slots ->> 'topic_state', 'active') = 'active'
              when 'rule' then exists (
                select from memory_rule_defs r
                where r.rule_node_id = n.id and r.state in ('shadow', 'active'))
              else n.type in ('event', 'concept', 'entity') end) passes
        order by c.ord
        limit (select seeds from p)
      )\
      """;

  /** The best edges at the nodes of {from} on side {side}, as {name}. */
  private static final String BEST_EDGES =
      """
      , {name}_sample as materialized (
        select e.* from {from} f cross join lateral (
          {edges}
          limit (select 1 + 2 * per_side / greatest(1, (select count(*) from {from})) from p)) e
      ), {name}_bar as materialized (
        select weight, confidence from {name}_sample
        order by weight desc, confidence desc
        offset (select per_side - 1 from p) limit 1
      ), {name} as (
        select * from {name}_sample where exists (select from {name}_bar)
        union all
        select e.* from {name}_bar b cross join {from} f cross join lateral (
          {better}
          limit (select per_side from p)) e
        union all
        select e.* from {from} f cross join lateral (
          {edges}
          limit (select per_side from p)) e
        where not exists (select from {name}_bar)
      )\
      """;

  private static final String EDGES_AT =
      """
      select e.id, e.type, e.src_id, e.dst_id, e.weight, e.confidence, e.commit_id
      from memory_edges e
      where e.{side} = f.id and e.scope = (select scope from p)
        and e.weight >= (select weight from p) and e.confidence >= (select confidence from p){bar}
      order by e.weight desc, e.confidence desc\
      """;

  private static final String FRONTIER =
      """
      , hop as materialized (
        {best:one_out} union all {best:one_in}
      ), frontier as materialized (
        select id from seed union select src_id from hop union select dst_id from hop
      )\
      """;

  private static final String BEST_OF =
      """
      (select * from {name} order by weight desc, confidence desc limit (select per_side from p))\
      """;

  private static final String NODES =
      """
      , edge as materialized (
        select * from (select distinct on (id) * from ({best:out} union all {best:in}) both_sides) once
        order by weight desc, confidence desc, id
        limit (select edges from p)
      ), met as (
        select id, sum(strength) as strength from (
          select src_id as id, weight * confidence as strength from edge
          union all select dst_id, weight * confidence from edge) ends
        group by id
      ), wanted as (
        select coalesce(s.id, m.id) as id, s.ord, m.strength
        from seed s full join met m on m.id = s.id
        order by s.ord nulls last, m.strength desc, 1
        limit (select nodes from p)
      )
      select w.ord, n.id, n.type, n.title, n.text_summary, n.tier, n.embedding_status, n.salience,
        n.confidence, n.commit_id, n.raw_ref, n.evidence_ref,
        case when n.type = 'topic' then n.slots ->> 'topic_state' end,
        case when n.type = 'topic' then n.slots ->> 'member_count' end,
        case when n.type = 'concept' and n.slots ->> 'summary_kind' = 'compression_rollup' then
          jsonb_build_object('covers', n.slots -> 'source_event_count', 'citations', n.slots -> 'citations')::text end,
        case when n.type = 'rule' then (
          select jsonb_build_object('state', r.state, 'rule_scope', r.rule_scope,
            'target_agent_id', r.target_agent_id, 'target_team_id', r.target_team_id,
            'if', r.if_json, 'then', r.then_json, 'exceptions', r.exceptions_json,
            'positive', r.positive_count, 'negative', r.negative_count)::text
          from memory_rule_defs r where r.rule_node_id = n.id) end,
        null::bytea{slots}{meta}
      from wanted w join memory_nodes n on n.id = w.id
      where n.scope is not distinct from (select scope from p)
        and (n.memory_lane = 'shared'
          or n.owner_agent_id = (select agent from p) or n.owner_team_id = (select team from p))
      union all
      select null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        (select string_agg(
            uuid_send(src_id) || uuid_send(dst_id) || uuid_send(commit_id)
              || float4send(weight) || float4send(confidence) || substr(type, 1, 1)::bytea,
            ''::bytea order by weight desc, confidence desc, id)
          from edge){no_slots}{no_meta}\
      """;

  private static final String SLOTS = ", n.slots::text";
  private static final String META =
      """
      , n.embedding_model, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id,
        n.created_at, n.updated_at, n.last_activated, n.importance\
      """;

  /** By hops, slots and meta: built once, so that a connection always sees the same few texts. */
  private static final String[] STATEMENTS = new String[8];

  static {
    for (int i = 0; i < STATEMENTS.length; i++) {
      STATEMENTS[i] = build((i & 4) != 0, (i & 2) != 0, (i & 1) != 0);
    }
  }

  private NeighbourhoodSql() {}

  /** Returns the statement; its second result is the answer. */
  static String statement(int hops, boolean slots, boolean meta) {
    return SETTINGS + query(hops, slots, meta);
  }

  /** Returns the query alone, for looking at its plan. */
  static String query(int hops, boolean slots, boolean meta) {
    return STATEMENTS[(hops == 2 ? 4 : 0) + (slots ? 2 : 0) + (meta ? 1 : 0)];
  }

  private static String build(boolean twoHops, boolean slots, boolean meta) {
    StringBuilder sql = new StringBuilder(SEEDS);
    String from = "seed";
    if (twoHops) {
      sql.append(bestEdges("one_out", "seed", "src_id"))
          .append(bestEdges("one_in", "seed", "dst_id"))
          .append(FRONTIER);
      from = "frontier";
    }
    sql.append(bestEdges("out", from, "src_id")).append(bestEdges("in", from, "dst_id"));
    sql.append(NODES);
    String text = sql.toString();
    for (String name : new String[] {"one_out", "one_in", "out", "in"}) {
      text = text.replace("{best:" + name + "}", BEST_OF.replace("{name}", "edges_" + name));
    }
    return text.replace("{slots}", slots ? SLOTS : "")
        .replace("{meta}", meta ? META : "")
        .replace("{no_slots}", slots ? ", null" : "")
        .replace("{no_meta}", meta ? ", null".repeat(9) : "");
  }

  private static String bestEdges(String name, String from, String side) {
    String bar = " and (e.weight, e.confidence) > (b.weight, b.confidence)";
    return BEST_EDGES
        .replace("{edges}", EDGES_AT.replace("{bar}", ""))
        .replace("{better}", EDGES_AT.replace("{bar}", bar))
        .replace("{name}", "edges_" + name)
        .replace("{from}", from)
        .replace("{side}", side);
  }
}
