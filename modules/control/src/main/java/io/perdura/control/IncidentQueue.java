package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * The queue of incident publish jobs, as its workers see it (policy-control, section 8.6).
 *
 * <p>A worker takes one job at a time, under a lease. A lease that ran out gives the job to the
 * next taker, with a higher fence; whoever held it before can settle nothing any more. So a job is
 * worked at least once and settled once, and a worker that dies leaves nothing behind (D29).
 */
@ApplicationScoped
public class IncidentQueue {
  /** A job of a dead worker that has no attempt left is nobody's any more. */
  private static final String BURY =
      """
      update control_incident_publish_jobs
         set status = 'dead_letter', locked_at = null, locked_by = null, lease_until = null, version = version + 1,
             last_error = coalesce(last_error, 'the worker went away in the last attempt')
       where status = 'processing' and lease_until < now() and attempts >= max_attempts
      """;

  private static final String CLAIM =
      """
      update control_incident_publish_jobs
         set status = 'processing', attempts = attempts + 1, fence = fence + 1, version = version + 1,
             locked_at = now(), locked_by = ?, lease_until = now() + ? * interval '1 millisecond'
       where id = (select id from control_incident_publish_jobs
                    where status in ('pending', 'failed', 'processing') and attempts < max_attempts
                      and case when status = 'processing' then lease_until else next_attempt_at end <= now()
                      and (?::text is null or tenant_id = ?)
                    order by case when status = 'processing' then lease_until else next_attempt_at end, created_at
                    limit 1 for update skip locked)
      returning id, fence, tenant_id, run_id, source_dir, target, attempts, max_attempts, metadata
      """;

  private static final String RENEW =
      """
      update control_incident_publish_jobs
         set lease_until = now() + ? * interval '1 millisecond', version = version + 1
       where id = ? and fence = ? and status = 'processing' and lease_until > now()
      """;

  private static final String SUCCEED =
      """
      update control_incident_publish_jobs
         set status = 'succeeded', published_uri = ?, last_response = ?::jsonb, last_error = null,
             locked_at = null, locked_by = null, lease_until = null, version = version + 1
       where id = ? and fence = ? and status = 'processing'
      """;

  private static final String FAIL =
      """
      update control_incident_publish_jobs
         set status = case when attempts >= max_attempts then 'dead_letter' else 'failed' end,
             next_attempt_at = now() + ? * interval '1 millisecond', last_error = ?, last_response = ?::jsonb,
             locked_at = null, locked_by = null, lease_until = null, version = version + 1
       where id = ? and fence = ? and status = 'processing'
      """;

  private static final long SHORTEST_DELAY_MS = Duration.ofSeconds(1).toMillis();
  private static final long LONGEST_DELAY_MS = Duration.ofDays(7).toMillis();
  private static final int LONGEST_ERROR = 2_000;

  private final Database database;

  /** For the container's proxy. */
  protected IncidentQueue() {
    this(null);
  }

  @Inject
  public IncidentQueue(Database database) {
    this.database = database;
  }

  /**
   * A job that was taken.
   *
   * @param fence settles it, as long as nobody else has taken it since
   * @param attempt 1 for the first
   */
  public record Claim(
      String id,
      long fence,
      String tenantId,
      String runId,
      String sourceDir,
      String target,
      int attempt,
      int maxAttempts,
      JsonNode metadata) {}

  /**
   * Takes the job that has been due for longest.
   *
   * @param worker who takes it, for people
   * @param tenant only this one's; null = any
   * @return empty when nothing is due
   */
  public Optional<Claim> claim(String worker, String tenant, Duration lease) {
    return database.transaction(
        "claim incident publish",
        tx -> {
          try (PreparedStatement bury = tx.connection().prepareStatement(BURY)) {
            bury.executeUpdate();
          }
          return claim(tx.connection(), worker, tenant, lease);
        });
  }

  private static Optional<Claim> claim(
      Connection connection, String worker, String tenant, Duration lease) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, worker);
      statement.setLong(2, lease.toMillis());
      statement.setString(3, tenant);
      statement.setString(4, tenant);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Claim(
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6),
                    row.getInt(7),
                    row.getInt(8),
                    Jsons.stored(row.getString(9))))
            : Optional.empty();
      }
    }
  }

  /** Holds a job for longer; false when it is lost: stop working on it. */
  public boolean renew(Claim claim, Duration lease) {
    return settle(
        "renew incident publish",
        RENEW,
        statement -> {
          statement.setLong(1, lease.toMillis());
          statement.setString(2, claim.id());
          statement.setLong(3, claim.fence());
        });
  }

  /** The bundle is published; false when the job was lost before. */
  public boolean succeed(Claim claim, String uri, ObjectNode response) {
    return settle(
        "complete incident publish",
        SUCCEED,
        statement -> {
          statement.setString(1, uri);
          statement.setString(2, Jsons.text(response));
          statement.setString(3, claim.id());
          statement.setLong(4, claim.fence());
        });
  }

  /**
   * The attempt failed; the job is due again after {@code delay} (1 s to 7 days), or dead without
   * an attempt left. False when the job was lost before.
   */
  public boolean fail(Claim claim, String error, ObjectNode response, Duration delay) {
    long wait = Math.max(SHORTEST_DELAY_MS, Math.min(LONGEST_DELAY_MS, delay.toMillis()));
    return settle(
        "fail incident publish",
        FAIL,
        statement -> {
          statement.setLong(1, wait);
          statement.setString(2, error.substring(0, Math.min(LONGEST_ERROR, error.length())));
          statement.setString(3, Jsons.text(response));
          statement.setString(4, claim.id());
          statement.setLong(5, claim.fence());
        });
  }

  private boolean settle(String name, String sql, Binder binder) {
    return database.transaction(
        name,
        tx -> {
          try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
            binder.bind(statement);
            return statement.executeUpdate() == 1;
          }
        });
  }

  @FunctionalInterface
  private interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }
}
