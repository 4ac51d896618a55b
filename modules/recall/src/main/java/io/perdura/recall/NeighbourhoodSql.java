package io.perdura.recall;

import java.util.List;

/**
 * The statement of stage 2 (contract, section 5.5): seeds from candidates, one or two hops of
 * edges, the nodes at their ends and the rule definitions among them, in one round trip.
 *
 * <p>How it stays fast with hubs of thousands of edges: "the best H edges at any of these nodes"
 * first reads the best few of each node, takes the H-th best of these as a bar, and then reads on
 * only at nodes that had more, and there only what beats the bar. Each read follows an index that
 * is ordered by weight and confidence, so it ends at the bar; no edge is read twice.
 *
 * <p>One plan for all parameters (planning costs more than running), and never a sequential scan: a
 * plan made while a table was small must not survive its growth. Both are said in the statement
 * that precedes it in the same round trip, so nothing depends on how the pool was set up.
 * Parameters stand where they are used, once for each use: a subquery that hands them out costs
 * more than the look-ups that it feeds.
 */
final class NeighbourhoodSql {
  /** Number of the first column that is there only on request. */
  static final int FIRST_OPTIONAL = 18;

  private static final String SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true);
      """;

  private static final String SEEDS =
      """
      with seed as materialized (
        select c.id, c.ord
        from (select id, ord from unnest({ids}) with ordinality c(id, ord) order by ord) c
        cross join lateral (
          select from memory_nodes n
          where n.id = c.id and n.scope is not distinct from {scope}
            and n.tier in ('hot', 'warm')
            and (n.embedding_status = 'ready' or {unready})
            and (n.memory_lane = 'shared'
              or n.owner_agent_id = {agent} or n.owner_team_id = {team})
            and case n.type
              when 'topic' then coalesce(n.slots ->> 'topic_state', 'active') = 'active'
              when 'rule' then exists (
                select from memory_rule_defs r
                where r.rule_node_id = n.id and r.state in ('shadow', 'active'))
              else n.type in ('event', 'concept', 'entity') end) passes
        order by c.ord
        limit {seeds}
      )\
      """;

  /** The best edges at the nodes of [from] on side [side], at most [few] of a node at first. */
  private static final String BEST_EDGES =
      """
      , [name]_first as materialized (
        select f.id as node, e.* from [from] f cross join lateral (
          [edges] limit [few]) e
      ), [name]_bar as materialized (
        select weight, confidence from [name]_first
        order by weight desc, confidence desc offset {per_side} - 1 limit 1
      ), [name] as (
        select id, type, src_id, dst_id, weight, confidence, commit_id from [name]_first
        union all
        select e.*
        from (select node from [name]_first group by node having count(*) >= [few]) f(id)
        cross join lateral (
          [better] offset [few] limit {per_side}) e
      )\
      """;

  private static final String EDGES_AT =
      """
      select e.id, e.type, e.src_id, e.dst_id, e.weight, e.confidence, e.commit_id
      from memory_edges e
      where e.[side] = f.id and e.scope = {scope}
        and e.weight >= {weight} and e.confidence >= {confidence}[bar]
      order by e.weight desc, e.confidence desc\
      """;

  // Without a bar everything is better: no weight is negative.
  private static final String ABOVE_BAR =
      """
       and (e.weight, e.confidence) > (coalesce((select weight from [name]_bar), -1),
        coalesce((select confidence from [name]_bar), -1))\
      """;

  private static final String FRONTIER =
      """
      , hop as materialized (
        [best:one_out] union all [best:one_in]
      ), frontier as materialized (
        select id from seed union select src_id from hop union select dst_id from hop
      ), share as materialized (
        select 1 + 2 * {per_side} / count(*) as few from frontier
      )\
      """;

  private static final String FEW_AT_SEEDS = "1 + 2 * {per_side} / {seeds}";
  private static final String FEW_AT_FRONTIER = "(select few from share)";

  private static final String BEST_OF =
      """
      (select * from [name] order by weight desc, confidence desc limit {per_side})\
      """;

  private static final String NODES =
      """
      , edge as materialized (
        select distinct on (weight, confidence, id) * from ([best:out] union all [best:in]) both_sides
        order by weight desc, confidence desc, id
        limit {edges}
      ), met as (
        select id, sum(strength) as strength from (
          select src_id as id, weight * confidence as strength from edge
          union all select dst_id, weight * confidence from edge) ends
        group by id
      ), wanted as (
        select coalesce(s.id, m.id) as id, s.ord, m.strength
        from seed s full join met m on m.id = s.id
        order by s.ord nulls last, m.strength desc, 1
        limit {nodes}
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
        null::bytea[slots][meta]
      from wanted w join memory_nodes n on n.id = w.id
      where n.scope is not distinct from {scope}
        and (n.memory_lane = 'shared' or n.owner_agent_id = {agent} or n.owner_team_id = {team})
      union all
      select null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        (select string_agg(
            uuid_send(src_id) || uuid_send(dst_id) || uuid_send(commit_id)
              || float4send(weight) || float4send(confidence) || substr(type, 1, 1)::bytea,
            ''::bytea order by weight desc, confidence desc, id)
          from edge)[no_slots][no_meta]\
      """;

  private static final String SLOTS = ", n.slots::text";
  private static final String META =
      """
      , n.embedding_model, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id,
        n.created_at, n.updated_at, n.last_activated, n.importance\
      """;

  /** By hops, slots and meta: built once, so that a connection always sees the same few texts. */
  private static final NeighbourhoodSql[] STATEMENTS = new NeighbourhoodSql[8];

  static {
    for (int i = 0; i < STATEMENTS.length; i++) {
      STATEMENTS[i] = new NeighbourhoodSql(build((i & 4) != 0, (i & 2) != 0, (i & 1) != 0));
    }
  }

  private final PlacedSql<Parameter> placed;

  /** What stands in the statement, in some cases several times. */
  enum Parameter {
    /** Candidates, best first. */
    IDS("uuid[]"),
    SCOPE("text"),
    AGENT("text"),
    TEAM("text"),
    /** Seeds wanted. */
    SEEDS("int"),
    /** Least weight of an edge. */
    WEIGHT("real"),
    CONFIDENCE("real"),
    /** Edges of a hop on one side. */
    PER_SIDE("int"),
    EDGES("int"),
    NODES("int"),
    /** Whether seeds may be without embedding. */
    UNREADY("boolean");

    private final String type;

    Parameter(String type) {
      this.type = type;
    }
  }

  private NeighbourhoodSql(String template) {
    this.placed =
        PlacedSql.of(
            SETTINGS, template, name -> Parameter.valueOf(name), parameter -> parameter.type);
  }

  static NeighbourhoodSql of(int hops, boolean slots, boolean meta) {
    return STATEMENTS[(hops == 2 ? 4 : 0) + (slots ? 2 : 0) + (meta ? 1 : 0)];
  }

  /** Returns the statement; its second result is the answer. */
  String text() {
    return placed.text();
  }

  /** Returns the parameters in the order of their places. */
  List<Parameter> parameters() {
    return placed.parameters();
  }

  private static String build(boolean twoHops, boolean slots, boolean meta) {
    StringBuilder sql = new StringBuilder(SEEDS);
    String from = "seed";
    String few = FEW_AT_SEEDS;
    if (twoHops) {
      sql.append(bestEdges("one_out", "seed", "src_id", few))
          .append(bestEdges("one_in", "seed", "dst_id", few))
          .append(FRONTIER);
      from = "frontier";
      few = FEW_AT_FRONTIER;
    }
    sql.append(bestEdges("out", from, "src_id", few)).append(bestEdges("in", from, "dst_id", few));
    sql.append(NODES);
    String text = sql.toString();
    for (String name : new String[] {"one_out", "one_in", "out", "in"}) {
      text = text.replace("[best:" + name + "]", BEST_OF.replace("[name]", "edges_" + name));
    }
    return text.replace("[slots]", slots ? SLOTS : "")
        .replace("[meta]", meta ? META : "")
        .replace("[no_slots]", slots ? ", null" : "")
        .replace("[no_meta]", meta ? ", null".repeat(9) : "");
  }

  private static String bestEdges(String name, String from, String side, String few) {
    return BEST_EDGES
        .replace("[edges]", EDGES_AT.replace("[bar]", ""))
        .replace("[better]", EDGES_AT.replace("[bar]", ABOVE_BAR))
        .replace("[name]", "edges_" + name)
        .replace("[from]", from)
        .replace("[side]", side)
        .replace("[few]", few);
  }
}
