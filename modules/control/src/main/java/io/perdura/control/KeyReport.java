package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.Set;

/** Keys that should have been rotated (policy-control, section 8.3). */
@ApplicationScoped
public class KeyReport {
  private static final int LONGEST_AGE_DAYS = 36_500;

  /** Some counts are texts and some numbers: the contract has them so. */
  private static final String STALE =
      """
      with asked as (
        select ?::int as max_age, ?::int as warn_age, ?::int as rotation, ?::int as lim, ?::text[] as mine
      ), active as (
        select k.*, extract(epoch from now() - k.created_at) / 86400 as age
          from control_api_keys k, asked
         where k.status = 'active' and (k.expires_at is null or k.expires_at > now())
           and (mine is null or k.tenant_id = any(mine))
      ), stale as (
        select active.* from active, asked where age >= max_age order by created_at, id limit (select lim from asked)
      ), warned as (
        select active.* from active, asked where age >= warn_age and age < max_age
         order by created_at, id limit (select lim from asked)
      ), tenants as (
        select tenant_id, count(*) as keys, min(created_at) as oldest, max(created_at) as newest
          from active group by tenant_id
      ), rotated as (
        select tenant_id, count(*) as rotations from control_audit_events, asked
         where action = 'api_key.rotate' and created_at >= now() - make_interval(days => rotation)
           and (mine is null or tenant_id = any(mine))
         group by tenant_id
      )
      select json_build_object(
        'ok', true,
        'checked_at', iso(now()),
        'thresholds', (select json_build_object('max_age_days', max_age, 'warn_age_days', warn_age,
                                                'rotation_window_days', rotation) from asked),
        'stale', (select json_build_object('count', count(*), 'sample', coalesce(json_agg(json_build_object(
            'id', id, 'tenant_id', tenant_id, 'project_id', project_id, 'label', label, 'key_prefix', key_prefix,
            'created_at', iso(created_at), 'age_days', round(age, 3)::text) order by created_at, id), '[]')) from stale),
        'warning_window', (select json_build_object('count', count(*), 'sample', coalesce(json_agg(json_build_object(
            'id', id, 'tenant_id', tenant_id, 'project_id', project_id, 'label', label, 'key_prefix', key_prefix,
            'created_at', iso(created_at), 'age_days', round(age, 3)::text) order by created_at, id), '[]')) from warned),
        'active_by_tenant', (select coalesce(json_agg(json_build_object(
            'tenant_id', tenant_id, 'active_key_count', keys::text, 'oldest_active_key_at', iso(oldest),
            'newest_active_key_at', iso(newest)) order by tenant_id), '[]') from tenants),
        'recent_rotations_by_tenant', (select coalesce(json_agg(json_build_object(
            'tenant_id', tenant_id, 'recent_rotation_count', rotations::text) order by tenant_id), '[]') from rotated),
        'tenants_without_recent_rotation', (select coalesce(json_agg(json_build_object(
            'tenant_id', tenant_id, 'active_key_count', keys, 'oldest_active_key_at', iso(oldest),
            'newest_active_key_at', iso(newest), 'recent_rotation_count', 0) order by tenant_id), '[]')
            from tenants where tenant_id not in (select tenant_id from rotated where tenant_id is not null)))
      """;

  private final Database database;
  private final Clock clock;

  /** For the container's proxy. */
  protected KeyReport() {
    this.database = null;
    this.clock = null;
  }

  @Inject
  public KeyReport(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Returns the stale-key report. */
  public JsonNode stale(ListQuery query, Actor actor) {
    int[] asked = {
      query.integer("max_age_days", 30, 1, LONGEST_AGE_DAYS),
      query.integer("warn_age_days", 21, 1, LONGEST_AGE_DAYS),
      query.integer("rotation_window_days", 30, 1, LONGEST_AGE_DAYS),
      query.integer("limit", 200, 1, 1_000)
    };
    Set<String> tenants = actor.admin().tenants();
    return MissingTables.orElse(
        () -> stale(asked, tenants),
        () ->
            Jsons.object()
                .put("ok", false)
                .put("checked_at", Timestamps.iso(clock.instant()))
                .put("error", "control_plane_schema_missing"));
  }

  private JsonNode stale(int[] asked, Set<String> tenants) {
    return database.read(
        "report stale keys",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(ReportSql.iso(STALE))) {
            for (int i = 0; i < asked.length; i++) {
              statement.setInt(i + 1, asked[i]);
            }
            statement.setArray(asked.length + 1, Sql.texts(connection, tenants));
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return Jsons.stored(row.getString(1));
            }
          }
        });
  }
}
