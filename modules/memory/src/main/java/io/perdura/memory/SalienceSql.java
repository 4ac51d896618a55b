package io.perdura.memory;

/**
 * Statements of the decay. The salience that a node has at the start of a run is an expression, so
 * that a dry run judges by the same figures as a run that stores them.
 */
final class SalienceSql {
  private static final String TRUTHY =
      """
      (case jsonb_typeof(%1$s) when 'boolean' then %1$s = 'true'::jsonb when 'number' then (%1$s)::numeric <> 0
        when 'string' then lower(btrim(%1$s #>> '{}')) in ('true', '1', 'yes', 'on') else false end)\
      """;

  /** Whether somebody said that the node stays as it is; null slots protect nothing. */
  private static final String PROTECTED =
      "("
          + TRUTHY.formatted("n.slots->'pin'")
          + " or "
          + TRUTHY.formatted("n.slots->'legal_hold'")
          + ")";

  /** Whether the node changed its tier since the instant, in milliseconds. */
  private static final String MOVED_SINCE =
      """
      (case jsonb_typeof(n.slots->'last_tier_transition_ms') when 'number'
        then (n.slots->'last_tier_transition_ms')::numeric >= %s else false end)\
      """;

  /** Parameters: those that {@link SalienceRun#bind} binds. */
  private static final String RUN =
      """
      p as (select ?::timestamptz as started, ?::bigint as started_ms, ?::float8 as rate, ?::boolean as adaptive,
        ?::int as recent_days, ?::float8 as recent_scale, ?::float8 as positive, ?::float8 as negative,
        ?::float8 as least_scale, ?::float8 as most_scale)\
      """;

  /**
   * The node's feedback (-1 to 1), its scale and its salience as of the start. Clamped before each
   * step that would overflow, and zero before a real number would underflow.
   */
  private static final String DECAYED =
      """
      cross join lateral (select case
          when n.slots->>'feedback_quality' ~ '^[+-]?[0-9]{1,9}([.][0-9]+)?$'
            then greatest(-1, least(1, (n.slots->>'feedback_quality')::numeric))::float8
          when n.slots->>'feedback_positive' ~ '^[0-9]{1,15}$' and n.slots->>'feedback_negative' ~ '^[0-9]{1,15}$'
            then ((n.slots->>'feedback_positive')::float8 - (n.slots->>'feedback_negative')::float8)
              / greatest(1, (n.slots->>'feedback_positive')::float8 + (n.slots->>'feedback_negative')::float8)
          else 0 end as feedback, coalesce(n.last_activated > p.started - make_interval(days => p.recent_days), false) as recent,
        n.decayed_at <= p.started - interval '1 hour' as due,
        coalesce(n.last_activated, n.created_at) as active_at) f
      cross join lateral (select case when p.adaptive then greatest(p.least_scale, least(p.most_scale,
          (case when f.recent then p.recent_scale else 1 end)
          * (case when f.feedback > 0 then greatest(p.least_scale, 1 - p.positive * f.feedback)
                  when f.feedback < 0 then least(p.most_scale, 1 - p.negative * f.feedback) else 1 end))) else 1 end as scale) c
      cross join lateral (select n.salience * exp(greatest(-60, ln(1 - p.rate * c.scale)
          * extract(epoch from p.started - n.decayed_at)::float8 / 86400)) as salience) e
      cross join lateral (select case when not f.due then n.salience::float8 when e.salience < 1e-9 then 0
          else least(1, e.salience) end as salience) d
      """;

  /** What a run starts from. Parameters: scope. */
  static final String BEGIN =
      """
      select clock_timestamp()::text, (extract(epoch from clock_timestamp()) * 1000)::bigint,
        count(*) filter (where n.tier <> 'archive' and not %1$s),
        count(*) filter (where %2$s),
        count(*) filter (where n.tier = 'hot'), count(*) filter (where n.tier = 'warm'),
        count(*) filter (where n.tier = 'hot' and not %1$s), count(*) filter (where n.tier = 'warm' and not %1$s),
        count(*)
      from memory_nodes n where n.scope = ?
      """
          .formatted(
              PROTECTED,
              MOVED_SINCE.formatted("(extract(epoch from clock_timestamp()) - 86400) * 1000"));

  /** Locks what is due in a page of nodes. Parameters: run, scope, id, limit. */
  static final String DUE_PAGE =
      """
      with %s, page as materialized (
        select n.id from memory_nodes n where n.scope = ? and n.id > ?::uuid order by n.id limit ?
      ), due as materialized (
        select n.id from page cross join p join memory_nodes n on n.id = page.id
        where n.tier <> 'archive' and n.decayed_at <= p.started - interval '1 hour' and not %s
        order by n.id for no key update of n
      )
      select (select id from page order by id desc limit 1), (select count(*) from page), array(select id from due)
      """
          .formatted(RUN, PROTECTED);

  private static final String FIGURES =
      """
      select count(*), coalesce(sum(scale), 0), coalesce(min(scale), 0), coalesce(max(scale), 0),
        count(*) filter (where recent), count(*) filter (where feedback > 0), count(*) filter (where feedback < 0)
      """;

  /** Parameters: run, ids, commit. */
  static final String DECAY =
      """
      with %s, x as materialized (
        select n.id, d.salience, c.scale, f.recent, f.feedback, p.started
        from p cross join memory_nodes n %s where n.id = any(?::uuid[])
      ), u as (
        update memory_nodes n set salience = x.salience, decayed_at = x.started, commit_id = ?::uuid
        from x where n.id = x.id
      )
      %s from x
      """
          .formatted(RUN, DECAYED, FIGURES);

  /** Parameters: run, ids. */
  static final String WOULD_DECAY =
      """
      with %s, x as materialized (
        select n.id, c.scale, f.recent, f.feedback from p cross join memory_nodes n %s where n.id = any(?::uuid[])
      )
      %s from x
      """
          .formatted(RUN, DECAYED, FIGURES);

  /** Nodes for a tier below theirs, those that are needed least first. */
  private static final String CANDIDATES =
      """
      %s, c as materialized (
        select n.id from p cross join memory_nodes n %s
        where n.scope = ? and n.tier = ? and d.salience < ? and f.active_at < p.started - make_interval(days => ?)
          and not %s and not %s
        order by d.salience, f.active_at, n.id limit ?)\
      """
          .formatted(RUN, DECAYED, PROTECTED, MOVED_SINCE.formatted("p.started_ms"));

  /** Parameters: run, scope, tier, salience, days, limit, tier. */
  static final String LOCK_CANDIDATES =
      """
      with %s
      select n.id from c cross join p join memory_nodes n on n.id = c.id
      where n.tier = ? and (n.last_activated is null or n.last_activated <= p.started) and not %s
      order by n.id for no key update of n
      """
          .formatted(CANDIDATES, PROTECTED);

  /** Parameters: run, scope, tier, salience, days, limit. */
  static final String COUNT_CANDIDATES = "with " + CANDIDATES + " select count(*) from c";

  /** Parameters: tier, commit, milliseconds, tier, ids. */
  static final String MOVE =
      """
      update memory_nodes n set tier = ?, commit_id = ?::uuid, slots = n.slots || jsonb_build_object(
        'last_tier_transition_ms', ?::bigint, 'last_tier_transition_from', n.tier, 'last_tier_transition_to', ?::text,
        'last_tier_transition_job', 'salience_decay')
      where n.id = any(?::uuid[])
      """;

  /** Parameters: scope. */
  static final String TIERS =
      "select tier, count(*) from memory_nodes where scope = ? group by tier";

  private SalienceSql() {}
}
