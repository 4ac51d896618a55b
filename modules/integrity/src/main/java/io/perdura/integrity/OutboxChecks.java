package io.perdura.integrity;

import java.util.List;

/** Checks over the events that a scope still owes. */
final class OutboxChecks {
  /** Along the index of events that are due: what is published stays unread. */
  private static final Source OPEN =
      Source.of(
          "open events",
          "memory_outbox o",
          """
          o.priority in (0, 1, 2) and o.scope = {scope} and o.published_at is null
            and o.failed_at is null\
          """);

  private static final Source DEAD =
      Source.of(
          "dead letters",
          "memory_outbox o",
          "o.scope = {scope} and o.failed_at is not null and o.published_at is null");

  private static final String COLUMNS =
      """
      o.id, o.event_type, o.attempts, o.claimed_at, left(o.last_error, 120) as last_error\
      """;

  private OutboxChecks() {}

  /** The contract's two. An event under a running lease is being worked on, and in order. */
  static List<Check> contract() {
    return List.of(
        Check.error(
            "outbox_should_be_failed_but_not_marked",
            OPEN,
            "o.attempts >= {max_attempts} and (o.lease_until is null or o.lease_until <= now())",
            COLUMNS,
            "o.id"),
        Check.warning(
            "outbox_claimed_too_old",
            OPEN,
            """
            o.claimed_at < now() - {claim_timeout_ms} * interval '1 millisecond'
              and (o.lease_until is null or o.lease_until <= now())\
            """,
            COLUMNS,
            "o.claimed_at, o.id"));
  }

  /** What only Perdura checks. */
  static List<Check> own() {
    return List.of(
        Check.error(
                "outbox_dead_letters",
                DEAD,
                "true",
                """
                o.id, o.event_type, o.attempts, o.failed_at, left(o.failed_reason, 120) as failed_reason,
                  left(o.last_error, 120) as last_error\
                """,
                "o.failed_at, o.id")
            .asOwn()
            .allowing("max_dead_letters"),
        Check.error(
                "outbox_oldest_pending_age",
                OPEN,
                "o.created_at < now() - {max_pending_seconds} * interval '1 second'",
                """
                o.id, o.event_type, o.attempts, o.created_at,
                  floor(extract(epoch from now() - o.created_at))::bigint as age_seconds,
                  left(o.last_error, 120) as last_error\
                """,
                "o.created_at, o.id")
            .asOwn());
  }
}
