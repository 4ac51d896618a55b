package io.perdura.outbox;

/**
 * The claim, one statement: whom to serve, what to take, and the lease on it.
 *
 * <p>Fairness between tenants is in the walk: it jumps through the index from scope to scope (not
 * from event to event), so a backlog of a million events in one scope costs one step, and every
 * scope with due events gets an equal share of the batch. A worker that did not reach the last
 * scope goes on from there with its next claim.
 *
 * <p>While an event is claimed its {@code available_at} is the end of its lease: "due" is then one
 * range of the index, and events in flight or pausing are never looked at.
 *
 * <p>An event that is due although its attempts are used up belongs to a worker that died on the
 * last one: it is dead-lettered here instead of taken. Its lease has ended, so nobody is at work on
 * it (D-03).
 */
final class ClaimSql {
  /**
   * 1: priorities in the order of their turns; 2: for each the scope after which to start; 3, 4, 5:
   * batch size; 6: attempts allowed; 7: worker; 8: lease in ms; 9: batch size.
   *
   * <p>Answers at least one row; where nothing was taken its {@code id} is null. {@code starts}
   * says, for each priority that has events, where the next claim should start.
   */
  static final String CLAIM =
      """
      with walked as materialized (
        select p.priority, p.turn, w.scope, w.due, w.found, w.seen,
               count(*) filter (where w.due) over (partition by p.priority) as scopes
          from unnest(?::smallint[], ?::text[]) with ordinality as p(priority, start, turn)
         cross join lateral (
           with recursive walk as (
             (select o.scope, o.available_at <= now() as due, (o.available_at <= now())::int as found, 1 as seen
                from memory_outbox o
               where o.published_at is null and o.failed_at is null
                 and o.priority = p.priority and o.scope > p.start
               order by o.scope, o.available_at
               limit 1)
             union all
             select n.scope, n.due, w.found + n.due::int, w.seen + 1
               from walk w
              cross join lateral (
                select o.scope, o.available_at <= now() as due
                  from memory_outbox o
                 where o.published_at is null and o.failed_at is null
                   and o.priority = p.priority and o.scope > w.scope
                 order by o.scope, o.available_at
                 limit 1) n
              where w.found < ? and w.seen < 512)
           select * from walk) w
      ), chosen as materialized (
        select e.id
          from (select * from walked where due order by turn, scope) s
         cross join lateral (
           select o.id
             from memory_outbox o
            where o.published_at is null and o.failed_at is null
              and o.priority = s.priority and o.scope = s.scope and o.available_at <= now()
            order by o.available_at, o.id
            limit (? + s.scopes - 1) / s.scopes
              for update skip locked) e
         limit ?
      ), taken as (
        update memory_outbox o
           set fence = o.fence + 1,
               attempts = o.attempts + (o.attempts < m.attempts)::int,
               claimed_at = case when o.attempts < m.attempts then now() end,
               claimed_by = case when o.attempts < m.attempts then m.worker end,
               lease_until = case when o.attempts < m.attempts then m.lease_end end,
               available_at = case when o.attempts < m.attempts then m.lease_end else o.available_at end,
               failed_at = case when o.attempts >= m.attempts then now() end,
               failed_reason = case when o.attempts >= m.attempts then 'max_attempts_exceeded' end,
               failure_class = case when o.attempts >= m.attempts then 'lease_expired' else o.failure_class end
          from (select ?::int as attempts, ?::text as worker, now() + ? * interval '1 millisecond' as lease_end) m
         where o.id = any (array(select id from chosen))
        returning o.id, o.scope, o.commit_id, o.event_type, o.payload, o.attempts, o.fence, o.priority,
                  o.claimed_by is not null as live, extract(epoch from now() - o.created_at) as age
      ), starts as (
        select coalesce(jsonb_object_agg(x.priority, x.scope), '{}') as starts
          from (select priority,
                       case when max(found) >= ? or max(seen) >= 512 then max(scope) else '' end as scope
                  from walked group by priority) x
      )
      select starts.starts, t.*
        from starts left join taken t on true
       order by t.priority, t.id\
      """;

  private ClaimSql() {}
}
