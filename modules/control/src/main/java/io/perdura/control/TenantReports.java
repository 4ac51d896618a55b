package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TenantId;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;

/**
 * How a tenant does (policy-control, sections 8.7.1 and 8.7.2). An unknown tenant gives zeros.
 *
 * <p>Rows of the memory are a tenant's by the prefix of their scope, compared as text: an id with
 * an underscore does not also count its neighbours (D30). Telemetry has a column for the tenant
 * (D32).
 */
@ApplicationScoped
public class TenantReports {
  /** Parameters of mine: whether it is the default tenant, then the prefix of its scopes. */
  private static final String MINE =
      "(case when ? then not starts_with(scope, 'tenant:') else starts_with(scope, ?) end)";

  private static final String DASHBOARD =
      ReportSql.iso(
          """
          select json_build_object(
            'tenant', (select json_build_object('status', status, 'created_at', iso(created_at),
                'updated_at', iso(updated_at)) from control_tenants where tenant_id = ?),
            'api_keys', (select json_build_object('active', count(*) filter (where status = 'active'),
                'revoked', count(*) filter (where status = 'revoked')) from control_api_keys where tenant_id = ?),
            'data_plane', json_build_object(
              'nodes', (select count(*) from memory_nodes where %1$s),
              'edges', (select count(*) from memory_edges where %1$s),
              'active_rules', (select count(*) from memory_rule_defs where state = 'active' and %1$s),
              'recalls_24h', (select count(*) from memory_recall_audit
                               where created_at >= now() - interval '24 hours' and %1$s),
              'commits_24h', (select count(*) from memory_commits
                               where created_at >= now() - interval '24 hours' and %1$s)),
            'outbox', (select json_build_object(
                'pending', count(*) filter (where failed_at is null),
                'retrying', count(*) filter (where failed_at is null and attempts > 0),
                'failed', count(*) filter (where failed_at is not null))
              from memory_outbox where published_at is null and %1$s))
          """
              .formatted(MINE));

  private static final int SCOPED_PARTS = 6;

  private final Database database;
  private final Jpa jpa;
  private final Settings settings;
  private final Clock clock;

  /** For the container's proxy. */
  protected TenantReports() {
    this.database = null;
    this.jpa = null;
    this.settings = null;
    this.clock = null;
  }

  @Inject
  TenantReports(Database database, Jpa jpa, Settings settings, Clock clock) {
    this.database = database;
    this.jpa = jpa;
    this.settings = settings;
    this.clock = clock;
  }

  /** The tenant at a glance. */
  public JsonNode dashboard(String rawTenant, Actor actor) {
    TenantId tenant = TenantId.of(Wire.pathId(rawTenant));
    actor.requireTenant(tenant.value());
    return MissingTables.orElse(
        () -> dashboard(tenant),
        () ->
            TenantService.answer(
                "dashboard", head(tenant).put("warning", "schema_not_ready_for_dashboard")));
  }

  private JsonNode dashboard(TenantId tenant) {
    JsonNode figures =
        database.read(
            "dashboard",
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(DASHBOARD)) {
                statement.setString(1, tenant.value());
                statement.setString(2, tenant.value());
                for (int part = 0; part < SCOPED_PARTS; part++) {
                  statement.setBoolean(3 + 2 * part, isDefault(tenant));
                  statement.setString(4 + 2 * part, ScopeKey.prefix(tenant));
                }
                try (ResultSet row = statement.executeQuery()) {
                  row.next();
                  return Jsons.stored(row.getString(1));
                }
              }
            });
    ObjectNode board = head(tenant);
    board.set("tenant", figures.get("tenant"));
    board.set("api_keys", figures.get("api_keys"));
    board.set("quota_profile", quota(tenant));
    board.set("data_plane", figures.get("data_plane"));
    board.set("outbox", figures.get("outbox"));
    return TenantService.answer("dashboard", board);
  }

  /** What to look at when the tenant complains. */
  public JsonNode diagnostics(DiagnosticsRequest wish, Actor actor) {
    TenantId tenant = TenantId.of(Wire.pathId(wish.tenantId()));
    actor.requireTenant(tenant.value());
    String scope = TextRules.trimToNull(wish.scope());
    ScopeKey key =
        scope == null ? null : ScopeKey.resolve(tenant.value(), scope, settings.defaults());
    DiagnosticsSql sql = new DiagnosticsSql(tenant, isDefault(tenant), key, wish.windowMinutes());
    ObjectNode body = Jsons.object().put("tenant_id", tenant.value());
    body.put("default_tenant_id", settings.defaults().tenant()).put("scope", scope);
    body.put("window_minutes", wish.windowMinutes());
    body.put("generated_at", Timestamps.iso(clock.instant()));
    body.setAll(
        (ObjectNode)
            MissingTables.orElse(
                () -> database.read("diagnostics", sql::read),
                () ->
                    Jsons.object().put("warning", "schema_not_ready_for_operability_diagnostics")));
    return TenantService.answer("diagnostics", body);
  }

  private ObjectNode head(TenantId tenant) {
    return Jsons.object()
        .put("tenant_id", tenant.value())
        .put("generated_at", Timestamps.iso(clock.instant()))
        .put("default_tenant_id", settings.defaults().tenant());
  }

  private JsonNode quota(TenantId tenant) {
    return jpa.transaction(
        "get tenant quota",
        em -> {
          TenantQuota quota = em.find(TenantQuota.class, tenant.value());
          return quota == null ? null : quota.json();
        });
  }

  private boolean isDefault(TenantId tenant) {
    return tenant.value().equals(settings.defaults().tenant());
  }
}
