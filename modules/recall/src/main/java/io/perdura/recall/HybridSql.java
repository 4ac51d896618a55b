package io.perdura.recall;

/** The statements behind the arms of a hybrid recall. */
final class HybridSql {
  static final int VECTOR = 1;
  static final int LEXICAL = 2;
  static final int ENTITY = 4;
  static final int LINKED = 8;
  static final int RECENT = 16;

  /** Nodes that may be found by name at once. */
  private static final int MOST_NAMED = 20;

  /** Edges of one named node that are looked at, strongest first. */
  private static final int MOST_LINKS = 300;

  /** Linked nodes that become candidates although nothing else found them. */
  private static final int MOST_LINKED = 20;

  /** Nodes nearest in meaning, and as many that share most words, that give to their neighbours. */
  static final int SOURCES = 10;

  /** Events looked at before and after a source to find those of its session. */
  private static final int STEPS = 6;

  /**
   * A plan made over an empty table must still be right when it is full: the indexes are named by
   * the conditions, everything else is switched off. The switches travel in the same round trip.
   */
  static final String SETTINGS =
      """
      select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
        set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true);
      """;

  private static final String VISIBLE =
      """
      (n.memory_lane = 'shared' or (n.memory_lane = 'private'
            and (n.owner_agent_id = {agent} or n.owner_team_id = {team})))\
      """;

  /** What a topic and a rule must be to become a seed. */
  private static final String IN_FORCE =
      """
      (n.type <> 'topic' or coalesce(n.slots ->> 'topic_state', 'active') = 'active')
          and (n.type <> 'rule' or exists (select from memory_rule_defs d
            where d.rule_node_id = n.id and d.state in ('shadow', 'active')))\
      """;

  private static final String KIND =
      """
      n.tier in ('hot', 'warm') and n.type in ('event', 'topic', 'concept', 'entity', 'rule')
          and {visible}\
      """;

  private static final String SEED =
      """
      coalesce(n.scope = {scope}, false) and {kind}
          and {in_force}\
      """;

  /**
   * All arms in one round trip: the ids that each found, then what fusing needs of every node, then
   * the events written shortly before and after the best of them in the same session: the slot
   * {@code session_id} of events that have one, else a common parent by {@code part_of}. Rows of
   * that last kind name the node that they stand beside.
   *
   * <p>The scope's own lexeme keeps the look-up of words inside the scope; {@code coalesce} around
   * the scope keeps the planner from any other index there. {@code offset 0} makes each id one
   * look-up by key, and no node is read twice.
   */
  private static final String CANDIDATES =
      """
      with lexical as materialized (
        select n.id, n.embedding_status <> 'ready' as pending, n.created_at, n.lexemes
        from memory_nodes n
        where n.lexemes @@ {words}::tsquery and {seed}
        limit {most_rows}
      ), newest as materialized (
        select n.id, n.pending, n.created_at, case when n.has_words then n.lexemes end as lexemes,
          n.has_words, n.in_force, row_number() over (order by n.created_at desc, n.id desc) as place
        from (
          select n.id, n.embedding_status <> 'ready' as pending, n.created_at, n.lexemes,
            n.lexemes @@ {any_word}::tsquery as has_words,
            {kind} as fits,
            {in_force} as in_force
          from memory_nodes n where n.scope = {scope}
          order by n.created_at desc, n.id desc limit {newest}) n
        where n.fits
      ), named as materialized (
        select n.id from memory_nodes n
        where n.scope = {scope} and left(lower(n.title), 120) = any ({titles})
          and n.type in ('entity', 'topic', 'concept') and n.title is not null and {visible}
        union
        select n.id from memory_nodes n
        where n.id = any ({named}) and coalesce(n.scope = {scope}, false)
          and n.type in ('entity', 'topic', 'concept') and {visible}
        limit {most_named}
      ), linked as materialized (
        select e.id, max(e.strength) as strength
        from named cross join lateral (
          (select dst_id as id, weight * confidence as strength from memory_edges
            where src_id = named.id order by weight desc, confidence desc limit {most_links})
          union all
          (select src_id, weight * confidence from memory_edges
            where dst_id = named.id order by weight desc, confidence desc limit {most_links})) e
        group by e.id
      ), found as materialized (
        select f.id, bit_or(f.arm) as arms, min(f.place) as place
        from (
          select id, 1 as arm, null::bigint as place from unnest({near}) as near(id)
          union all select id, 2, null from newest where has_words
          union all select id, 4, null from named
          union all (select id, 8, null from linked order by strength desc, id limit {most_linked})
          union all select id, 16, place from newest where place <= {recent}) f
        group by f.id
      ), term as materialized (
        select t.term::tsquery as word, t.weight from unnest({terms}, {weights}) as t(term, weight)
      ), source as materialized (
        select unnest(({near})[1:{sources}]) as id
        union
        (select l.id from lexical l
          order by (select sum(t.weight) from term t where l.lexemes @@ t.word) desc nulls last, l.id
          limit {sources})
      )
      select l.id, 2 | coalesce(f.arms, 0) | (case when linked.id is null then 0 else 8 end), f.place,
        l.pending, l.created_at, l.lexemes::text, null::uuid, null::boolean
      from lexical l
      left join found f on f.id = l.id
      left join linked on linked.id = l.id
      union all
      select f.id, f.arms | (case when linked.id is null then 0 else 8 end), f.place,
        w.pending, w.created_at, w.lexemes::text, null, null
      from found f
      join newest w on w.id = f.id
      left join linked on linked.id = f.id
      where w.in_force and not exists (select from lexical l where l.id = f.id)
      union all
      select f.id, f.arms | (case when linked.id is null then 0 else 8 end), f.place,
        n.pending, n.created_at, n.lexemes, null, null
      from found f
      cross join lateral (
        select n.embedding_status <> 'ready' as pending, n.created_at,
          case when n.lexemes @@ {any_word}::tsquery then n.lexemes::text end as lexemes
        from memory_nodes n
        where n.id = f.id and {seed}
        offset 0) n
      left join linked on linked.id = f.id
      where not exists (select from lexical l where l.id = f.id)
        and not exists (select from newest w where w.id = f.id)
      union all
      select m.id, 0, null, m.pending, m.created_at, null, s.id, m.back
      from source s
      cross join lateral (
        select n.created_at, n.slots ->> 'session_id' as session from memory_nodes n
        where n.id = s.id and n.type = 'event' and coalesce(n.scope = {scope}, false)
        offset 0) o
      cross join lateral (
        select n.id, n.back, n.embedding_status <> 'ready' as pending, n.created_at
        from (
          (select n.*, true as back from memory_nodes n
            where n.scope = {scope} and n.created_at < o.created_at
            order by n.created_at desc, n.id desc limit {steps})
          union all
          (select n.*, false from memory_nodes n
            where n.scope = {scope} and n.created_at > o.created_at
            order by n.created_at, n.id limit {steps})) n
        where n.type = 'event' and n.tier in ('hot', 'warm') and {visible}
          and case when o.session is not null then n.slots ->> 'session_id' = o.session
            else exists (select from memory_edges a join memory_edges b on b.dst_id = a.dst_id
              where a.src_id = s.id and b.src_id = n.id and a.type = 'part_of' and b.type = 'part_of')
            end) m
      """
          .replace("{seed}", SEED)
          .replace("{kind}", KIND)
          .replace("{in_force}", IN_FORCE)
          .replace("{visible}", VISIBLE)
          .replace("{sources}", Integer.toString(SOURCES))
          .replace("{steps}", Integer.toString(STEPS))
          .replace("{most_named}", Integer.toString(MOST_NAMED))
          .replace("{most_linked}", Integer.toString(MOST_LINKED))
          .replace("{most_links}", Integer.toString(MOST_LINKS));

  /** What stands in the statement, in some cases several times. */
  enum Parameter {
    SCOPE("text"),
    AGENT("text"),
    TEAM("text"),
    /** Ids that the vector arm found. */
    NEAR("uuid[]"),
    /** Nodes that the lexical arm reads. */
    WORDS("text"),
    /** Nodes that have any of the query's words. */
    ANY_WORD("text"),
    /** Rows that the lexical arm reads at most. */
    MOST_ROWS("int"),
    /** Newest nodes looked at. */
    NEWEST("int"),
    /** Newest nodes wanted. */
    RECENT("int"),
    /** Titles and ids of what the query may be naming. */
    TITLES("text[]"),
    NAMED("uuid[]"),
    /** The query's words, and what each of them weighs. */
    TERMS("text[]"),
    WEIGHTS("float8[]");

    final String type;

    Parameter(String type) {
      this.type = type;
    }
  }

  /**
   * The statement, with each parameter where it is used: a subquery that hands them out costs more
   * than the look-ups that it feeds.
   */
  static final PlacedSql<Parameter> STATEMENT =
      PlacedSql.of(
          SETTINGS, CANDIDATES, name -> Parameter.valueOf(name), parameter -> parameter.type);

  private HybridSql() {}
}
