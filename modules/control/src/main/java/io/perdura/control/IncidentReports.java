package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;

/** How incident publishing does for a tenant (policy-control, section 8.7.3). */
@ApplicationScoped
public class IncidentReports {
  private static final int LONGEST_WINDOW_HOURS = 8_760;

  private static final String ROLLUP =
      ReportSql.iso(
          """
          with asked as (
            select ?::text as tenant, ?::int as hours, ?::int as lim
          ), jobs as (
            select j.status, count(*) as n from control_incident_publish_jobs j, asked
             where j.tenant_id = tenant and j.created_at >= now() - make_interval(hours => hours) group by j.status
          ), replays as (
            select count(*) filter (where action = 'incident_publish.replay') as replay_events,
                   count(*) filter (where action = 'incident_publish.replay.preview') as preview_events,
                   coalesce(sum((details ->> 'replayed_count')::bigint), 0) as replayed,
                   coalesce(sum((details ->> 'candidate_count')::bigint), 0) as candidates
              from control_audit_events e, asked
             where e.tenant_id = tenant and e.action like 'incident\\_publish.replay%'
               and e.created_at >= now() - make_interval(hours => hours)
          ), failed as (
            select j.* from control_incident_publish_jobs j, asked
             where j.tenant_id = tenant and j.status in ('failed', 'dead_letter')
             order by j.updated_at desc, j.id limit (select lim from asked)
          )
          select json_build_object(
            'jobs', json_build_object(
              'total', (select coalesce(sum(n), 0) from jobs),
              'status_counts', (select coalesce(json_object_agg(status, n order by status), '{}') from jobs),
              'failed_or_dead_letter', (select coalesce(sum(n), 0) from jobs where status in ('failed', 'dead_letter'))),
            'replay', (select json_build_object('replay_events', replay_events, 'preview_events', preview_events,
                'replayed_count', replayed, 'candidate_count', candidates) from replays),
            'failed_sample', (select coalesce(json_agg(json_build_object(
                'id', id, 'run_id', run_id, 'status', status, 'attempts', attempts, 'max_attempts', max_attempts,
                'target', target, 'last_error', last_error, 'updated_at', iso(updated_at))
                order by updated_at desc, id), '[]') from failed))
          """);

  /** One row: two slices of time, and what is open. */
  private static final String COUNTS =
      """
      select json_build_object(
        'anchor', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'current', json_build_object(
          'succeeded', count(*) filter (where recent and status = 'succeeded'),
          'failed', count(*) filter (where recent and status = 'failed'),
          'dead_letter', count(*) filter (where recent and status = 'dead_letter')),
        'baseline', json_build_object(
          'succeeded', count(*) filter (where earlier and status = 'succeeded'),
          'failed', count(*) filter (where earlier and status = 'failed'),
          'dead_letter', count(*) filter (where earlier and status = 'dead_letter')),
        'open_backlog', count(*) filter (where status in ('pending', 'processing', 'failed')),
        'dead_letter_backlog', count(*) filter (where status = 'dead_letter'))
        from (select status,
                     updated_at > now() - make_interval(hours => ?) as recent,
                     updated_at <= now() - make_interval(hours => ?)
                       and updated_at > now() - make_interval(hours => ?) as earlier
                from control_incident_publish_jobs where tenant_id = ?) j
      """;

  private final Database database;
  private final Clock clock;

  /** For the container's proxy. */
  protected IncidentReports() {
    this(null, null);
  }

  @Inject
  public IncidentReports(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** What was queued lately, what was replayed, what failed. */
  public JsonNode rollup(String rawTenant, ListQuery query, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    int hours = query.integer("window_hours", 168, 1, LONGEST_WINDOW_HOURS);
    int sample = query.integer("sample_limit", 20, 1, 100);
    ObjectNode rollup = Jsons.object().put("ok", true).put("tenant_id", tenant);
    rollup.put("window_hours", hours).put("generated_at", Timestamps.iso(clock.instant()));
    rollup.setAll(
        (ObjectNode)
            MissingTables.orElse(() -> figures(tenant, hours, sample), IncidentReports::nothing));
    if (rollup.has("warning")) {
      rollup.put("ok", false);
    }
    return TenantService.answer("rollup", rollup);
  }

  /** Whether too much fails, or too much waits. */
  public JsonNode slo(String rawTenant, ListQuery query, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    IncidentSlo slo = IncidentSlo.read(query);
    ObjectNode report = Jsons.object().put("ok", true).put("tenant_id", tenant);
    report.put("generated_at", Timestamps.iso(clock.instant()));
    report.setAll(slo.report(counts(tenant, slo)));
    return TenantService.answer("report", report);
  }

  private JsonNode figures(String tenant, int hours, int sample) {
    return database.read(
        "incident publish rollup",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(ROLLUP)) {
            statement.setString(1, tenant);
            statement.setInt(2, hours);
            statement.setInt(3, sample);
            return only(statement);
          }
        });
  }

  private JsonNode counts(String tenant, IncidentSlo slo) {
    return database.read(
        "incident publish slo",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(COUNTS)) {
            statement.setInt(1, slo.windowHours());
            statement.setInt(2, slo.windowHours());
            statement.setInt(3, slo.baselineHours());
            statement.setString(4, tenant);
            return only(statement);
          }
        });
  }

  private static JsonNode only(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return Jsons.stored(row.getString(1));
    }
  }

  private static JsonNode nothing() {
    ObjectNode nothing = Jsons.object().put("warning", "incident_publish_schema_missing");
    nothing
        .putObject("jobs")
        .put("total", 0)
        .put("failed_or_dead_letter", 0)
        .putObject("status_counts");
    nothing
        .putObject("replay")
        .put("replay_events", 0)
        .put("preview_events", 0)
        .put("replayed_count", 0)
        .put("candidate_count", 0);
    nothing.putArray("failed_sample");
    return nothing;
  }
}
