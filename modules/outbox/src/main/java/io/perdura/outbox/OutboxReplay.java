package io.perdura.outbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Puts dead letters (or single events) back into the queue, with fresh attempts.
 *
 * <p>An event that a worker holds under a running lease is left alone. One whose lease has ended is
 * taken away from its worker: the fence moves on, so that worker can no longer store an outcome.
 */
@ApplicationScoped
public class OutboxReplay {
  private static final Logger LOG = Logger.getLogger(OutboxReplay.class.getName());
  private static final int SAMPLE = 20;
  private static final int SAMPLE_ERROR = 120;

  /** 1, 2: id; 3, 4: type; 5, 6: scope; 7, 8: published ones too; 9: by id; 10: limit. */
  private static final String MATCH =
      """
      select id, scope, event_type, attempts, failed_at, failed_reason, failure_class, last_error
        from memory_outbox
       where (?::bigint is null or id = ?) and (?::text is null or event_type = ?)
         and (?::text is null or scope = ?)
         and (published_at is null or ?) and (failed_at is not null or (published_at is not null and ?) or ?)
         and (claimed_by is null or lease_until <= now())
       order by id limit ? for update\
      """;

  /** 11: reason. */
  private static final String REPLAY =
      """
      with matched as materialized (%s for update), replayed as (
        update memory_outbox o
           set published_at = null, failed_at = null, failed_reason = null, failure_class = null, last_error = null,
               claimed_at = null, claimed_by = null, lease_until = null, attempts = 0, available_at = now(),
               fence = o.fence + 1, replayed_at = now(), replay_reason = ?
          from matched m where o.id = m.id)
      select * from matched order by id\
      """
          .formatted(MATCH);

  private final Database database;
  private final Outbox outbox;

  /** For the container's proxy. */
  protected OutboxReplay() {
    this(null, null);
  }

  @Inject
  public OutboxReplay(Database database, Outbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  /**
   * Replays in one transaction. The result has {@code ok, dry_run, scope, reason, matched,
   * replayed} and up to {@value #SAMPLE} of the events as they were in {@code sample}.
   */
  public ObjectNode replay(ReplayRequest request) {
    ObjectNode result =
        database.transaction(
            "replay outbox events",
            tx -> {
              try (PreparedStatement statement =
                  tx.connection().prepareStatement(request.dryRun() ? MATCH : REPLAY)) {
                bind(statement, request);
                if (!request.dryRun()) {
                  tx.afterCommit(outbox::wakeUp);
                }
                return read(statement, request);
              }
            });
    LOG.log(
        Level.INFO,
        "outbox replay: {0} events matched, {1} replayed; reason: {2}",
        new Object[] {result.get("matched"), result.get("replayed"), request.reason()});
    return result;
  }

  private static void bind(PreparedStatement statement, ReplayRequest request) throws SQLException {
    statement.setObject(1, request.id(), Types.BIGINT);
    statement.setObject(2, request.id(), Types.BIGINT);
    statement.setString(3, request.eventType());
    statement.setString(4, request.eventType());
    statement.setString(5, request.scope());
    statement.setString(6, request.scope());
    statement.setBoolean(7, request.includePublished());
    statement.setBoolean(8, request.includePublished());
    statement.setBoolean(9, request.id() != null);
    statement.setInt(10, request.limit());
    if (!request.dryRun()) {
      statement.setString(11, request.reason());
    }
  }

  private static ObjectNode read(PreparedStatement statement, ReplayRequest request)
      throws SQLException {
    int matched = 0;
    ArrayNode sample = Jsons.array();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        matched++;
        if (sample.size() < SAMPLE) {
          sample.add(event(row));
        }
      }
    }
    ObjectNode result =
        Jsons.object()
            .put("ok", true)
            .put("dry_run", request.dryRun())
            .put("scope", request.scope())
            .put("reason", request.reason())
            .put("matched", matched)
            .put("replayed", request.dryRun() ? 0 : matched)
            .put("limit_reached", matched == request.limit());
    result.set("sample", sample);
    return result;
  }

  private static ObjectNode event(ResultSet row) throws SQLException {
    String error = row.getString("last_error");
    OffsetDateTime failed = row.getObject("failed_at", OffsetDateTime.class);
    return Jsons.object()
        .put("id", row.getLong("id"))
        .put("scope", row.getString("scope"))
        .put("event_type", row.getString("event_type"))
        .put("attempts", row.getInt("attempts"))
        .put("failed_at", failed == null ? null : Timestamps.iso(failed.toInstant()))
        .put("failed_reason", row.getString("failed_reason"))
        .put("failure_class", row.getString("failure_class"))
        .put(
            "last_error",
            error == null ? null : error.substring(0, Math.min(SAMPLE_ERROR, error.length())));
  }
}
