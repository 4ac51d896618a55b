package io.perdura.outbox;

/** Statements over events that a worker holds, or held. */
final class SettleSql {
  /**
   * Only who still holds the claim may store an outcome. Another claim of the row, a replay and an
   * erasure all leave a worker without it.
   */
  static final String FENCE =
      """
      and o.fence = r.fence and o.claimed_by = r.worker
         and o.published_at is null and o.failed_at is null\
      """;

  /**
   * 1: outcomes as a JSON array; 2: their ids. Its count is the number of events that were still
   * held.
   */
  static final String SETTLE =
      """
      update memory_outbox o
         set payload = case when r.merge = '{}' then o.payload else o.payload || r.merge end,
             published_at = case when r.verdict = 'done' then now() end,
             failed_at = case when r.verdict = 'dead' then now() end,
             failed_reason = r.reason,
             failure_class = r.failure_class,
             last_error = r.error,
             available_at = now() + r.pause_ms * interval '1 millisecond',
             claimed_at = case when r.verdict = 'done' then o.claimed_at end,
             claimed_by = null,
             lease_until = null
        from jsonb_to_recordset(?::jsonb) as r(
               id bigint, fence bigint, worker text, verdict text, merge jsonb, reason text,
               failure_class text, error text, pause_ms bigint)
       where o.id = r.id and o.id = any (?)
      """
          + FENCE;

  /** 1: ids; 2: fences; 3: ids; 4: worker. Gives events back untried. */
  static final String GIVE_BACK =
      """
      update memory_outbox o
         set available_at = now(), claimed_at = null, claimed_by = null, lease_until = null,
             attempts = greatest(o.attempts - 1, 0)
        from unnest(?::bigint[], ?::bigint[]) as r(id, fence)
       where o.id = r.id and o.id = any (?) and o.fence = r.fence and o.claimed_by = ?
         and o.published_at is null and o.failed_at is null\
      """;

  /** 1, 2: lease in ms; 3: workers. Steps around rows that are being settled. */
  static final String RENEW =
      """
      update memory_outbox o
         set lease_until = now() + ? * interval '1 millisecond', available_at = now() + ? * interval '1 millisecond'
       where o.id = any (array(
         select id from memory_outbox
          where claimed_by = any (?) and published_at is null and failed_at is null
          order by id for update skip locked))\
      """;

  /**
   * 1: prefix of workers that are gone; 2: prefix of workers that live. The attempt stays counted:
   * it may have been the event that killed the worker. Should one of them live after all, its fence
   * no longer fits once the event is claimed again.
   */
  static final String RELEASE =
      """
      update memory_outbox o
         set available_at = now(), claimed_at = null, claimed_by = null, lease_until = null
       where o.id = any (array(
         select id from memory_outbox
          where claimed_by is not null and starts_with(claimed_by, ?) and not starts_with(claimed_by, ?)
            and published_at is null and failed_at is null
          order by id for update skip locked))\
      """;

  private SettleSql() {}
}
