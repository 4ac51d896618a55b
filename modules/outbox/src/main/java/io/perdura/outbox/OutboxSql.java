package io.perdura.outbox;

/** The statement by which events are stored, for those who carry it in a statement of their own. */
public final class OutboxSql {
  /**
   * Inserts the events of one jsonb parameter (see {@link Outbox#rows}) and returns the {@code id}
   * of each that was new. Usable as the body of a CTE; rows arrive sorted by the unique key, so
   * concurrent inserts cannot deadlock.
   */
  public static final String INSERT = insertFrom("?::jsonb");

  private OutboxSql() {}

  /** As {@link #INSERT}, with another SQL expression for the rows; SQL null inserts nothing. */
  public static String insertFrom(String rowsExpression) {
    return """
    insert into memory_outbox (scope, commit_id, event_type, payload, job_key, payload_sha256)
    select r.scope, r.commit_id, r.event_type, r.payload, r.job_key, r.payload_sha256
    from jsonb_to_recordset(%s) as r(
      scope text, commit_id uuid, event_type text, payload jsonb, job_key text, payload_sha256 text)
    on conflict (scope, event_type, job_key) do nothing
    returning id\
    """
        .formatted(rowsExpression);
  }
}
