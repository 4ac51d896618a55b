package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Incident publish jobs (policy-control, section 8.6). */
@ApplicationScoped
public class IncidentService {
  private static final Set<String> STATES =
      Wire.choices("pending", "processing", "succeeded", "failed", "dead_letter");
  private static final int SHOWN = 20;

  private static final String ROW =
      """
      json_build_object('id', id, 'tenant_id', tenant_id, 'run_id', run_id, 'status', status, 'attempts', attempts,
        'max_attempts', max_attempts, 'target', target, 'next_attempt_at', iso(next_attempt_at),
        'updated_at', iso(updated_at))
      """;

  /** Parameters: statuses, tenants, ids, limit. Jobs that somebody changes right now are left. */
  private static final String CHOSEN =
      """
      select id from control_incident_publish_jobs
       where status = any(?) and (?::text[] is null or tenant_id = any(?)) and (?::text[] is null or id = any(?))
       order by created_at, id limit ?
      """;

  private static final String PREVIEW =
      ReportSql.iso(
          "select "
              + ROW
              + " from control_incident_publish_jobs where id in ("
              + CHOSEN
              + ") order by created_at, id");

  private static final String REPLAY =
      ReportSql.iso(
          "with chosen as ("
              + CHOSEN
              + " for update skip locked), replayed as ("
              + """
              update control_incident_publish_jobs j
                 set status = 'pending', attempts = case when ? then 0 else least(attempts, max_attempts - 1) end,
                     next_attempt_at = now(), locked_at = null, locked_by = null, lease_until = null, last_error = null,
                     last_response = '{}', version = version + 1,
                     metadata = metadata || jsonb_build_object('replayed_at', iso(now()), 'replay_reason', ?::text)
                from chosen where j.id = chosen.id returning j.*)
              """
              + "select "
              + ROW
              + " from replayed order by created_at, id");

  private final Jpa jpa;
  private final Database database;
  private final Outbound outbound;
  private final Clock clock;

  /** For the container's proxy. */
  protected IncidentService() {
    this(null, null, null, null);
  }

  @Inject
  IncidentService(Jpa jpa, Database database, Outbound outbound, Clock clock) {
    this.jpa = jpa;
    this.database = database;
    this.outbound = outbound;
    this.clock = clock;
  }

  /**
   * Reads and validates the body of a new job.
   *
   * @throws ApiException 400 {@code invalid_incident_publish_source_dir} or {@code
   *     invalid_incident_publish_target}
   */
  public IncidentRequest read(JsonNode body) {
    return IncidentRequest.read(body, outbound);
  }

  /**
   * Makes a job, or returns the one that has the same tenant, run and target.
   *
   * @throws ApiException 404 {@code not_found} for an unknown tenant, 409 {@code
   *     incident_publish_conflict} when the job has another source
   */
  public JsonNode enqueue(IncidentRequest wish, Actor actor) {
    actor.requireTenant(wish.tenantId());
    return jpa.transaction(
        "enqueue incident publish",
        em -> {
          TenantService.require(em, wish.tenantId());
          IncidentJob known = known(em, wish);
          if (known != null) {
            if (!known.sourceDir().equals(wish.sourceDir())) {
              throw new ApiException(
                  409,
                  "incident_publish_conflict",
                  "this run is published to this target from another directory");
            }
            return TenantService.answer("job", known.json());
          }
          IncidentJob job = new IncidentJob(wish);
          em.persist(job);
          ObjectNode details = Jsons.object().put("run_id", wish.runId());
          details.put("target", wish.target()).put("max_attempts", wish.maxAttempts());
          em.persist(
              AuditEvent.of(
                  actor,
                  "incident_publish.enqueue",
                  "incident_publish_job",
                  job.id(),
                  wish.tenantId(),
                  details));
          return TenantService.answer("job", Jpa.stored(em, job).json());
        });
  }

  /** Jobs, newest first. */
  public JsonNode jobs(ListQuery query, Actor actor) {
    return Listing.of(IncidentJob.class, "r.createdAt desc, r.id")
        .where("tenantId", actor.tenantFilter(query))
        .where("status", query.choice("status", STATES))
        .page(jpa, "jobs", query, IncidentJob::json);
  }

  /** Lets failed jobs begin again, or tells which would. */
  public JsonNode replay(ReplayRequest wish, Actor actor) {
    if (wish.tenantId() != null) {
      actor.requireTenant(wish.tenantId());
    }
    Collection<String> tenants =
        wish.tenantId() == null ? actor.admin().tenants() : List.of(wish.tenantId());
    return database.transaction(
        "replay incident publish",
        tx -> {
          ArrayNode rows = chosen(tx.connection(), wish, tenants);
          int replayed = wish.dryRun() ? 0 : rows.size();
          audit(tx.connection(), wish, actor, rows);
          ObjectNode answer = Jsons.object().put("ok", true).put("dry_run", wish.dryRun());
          answer.put("replayed_count", replayed).put("candidate_count", rows.size());
          ArrayNode sample = answer.putArray("jobs_sample");
          for (int i = 0; i < Math.min(SHOWN, rows.size()); i++) {
            sample.add(rows.get(i));
          }
          return answer;
        });
  }

  private static IncidentJob known(EntityManager em, IncidentRequest wish) {
    return em.createQuery(
            "select r from IncidentJob r where r.tenantId = :tenant and r.runId = :run and r.target = :target",
            IncidentJob.class)
        .setParameter("tenant", wish.tenantId())
        .setParameter("run", wish.runId())
        .setParameter("target", wish.target())
        .getResultStream()
        .findFirst()
        .orElse(null);
  }

  private static ArrayNode chosen(
      Connection connection, ReplayRequest wish, Collection<String> tenants) throws SQLException {
    String sql = wish.dryRun() ? PREVIEW : REPLAY;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, Sql.texts(connection, wish.statuses()));
      statement.setArray(2, Sql.texts(connection, tenants));
      statement.setArray(3, Sql.texts(connection, tenants));
      statement.setArray(4, Sql.texts(connection, wish.ids()));
      statement.setArray(5, Sql.texts(connection, wish.ids()));
      statement.setInt(6, wish.limit());
      if (!wish.dryRun()) {
        statement.setBoolean(7, wish.resetAttempts());
        statement.setString(8, wish.reason());
      }
      ArrayNode jobs = Jsons.array();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          jobs.add(Jsons.stored(rows.getString(1)));
        }
      }
      return jobs;
    }
  }

  private void audit(Connection connection, ReplayRequest wish, Actor actor, ArrayNode rows)
      throws SQLException {
    ObjectNode details = Jsons.object().put("replayed_count", wish.dryRun() ? 0 : rows.size());
    wish.details(details.put("candidate_count", rows.size()));
    ArrayNode ids = details.putArray("sample_job_ids");
    for (int i = 0; i < Math.min(SHOWN, rows.size()); i++) {
      ids.add(rows.get(i).get("id"));
    }
    String whose = wish.tenantId() == null ? "all" : wish.tenantId();
    String batch = whose + ":" + Timestamps.iso(clock.instant());
    AuditEvent.of(
            actor,
            wish.dryRun() ? "incident_publish.replay.preview" : "incident_publish.replay",
            "incident_publish_job_batch",
            batch,
            wish.tenantId(),
            details)
        .insert(connection);
  }
}
