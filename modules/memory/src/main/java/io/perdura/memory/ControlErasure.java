package io.perdura.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the control plane knows of a tenant, as erasure sees it. It goes after the memory, which it
 * lets nobody reach any more.
 *
 * <p>What stays: events of the administration with time, actor, action and ids, but without their
 * details; administrators' credentials, which lose the tenant and are revoked when they had no
 * other; and, as for all kinds, the ledger.
 */
final class ControlErasure {
  private static final String ERASED = "'{\"erased\": true}'::jsonb";

  /** Parameters: tenant, time, how many rows. In the order in which they run. */
  static final Map<String, String> STEPS = steps();

  /** Parameters: tenant, time. */
  static final Map<String, String> RESIDUE = residue();

  private ControlErasure() {}

  private static Map<String, String> steps() {
    Map<String, String> steps = new LinkedHashMap<>();
    steps.put("control_api_keys", delete("control_api_keys", "id"));
    steps.put("control_projects", delete("control_projects", "project_id"));
    steps.put("control_tenant_quotas", delete("control_tenant_quotas", "tenant_id"));
    steps.put("control_alert_deliveries", delete("control_alert_deliveries", "id"));
    steps.put("control_alert_routes", delete("control_alert_routes", "id"));
    steps.put("control_incident_publish_jobs", delete("control_incident_publish_jobs", "id"));
    steps.put("control_tenants", delete("control_tenants", "tenant_id"));
    steps.put(
        "control_audit_events",
        """
        update control_audit_events set details = %1$s where id = any(array(
          select id from control_audit_events where tenant_id = ? and created_at <= ? and details <> %1$s limit ?))
        """
            .formatted(ERASED));
    steps.put(
        "control_admin_credentials",
        """
        update control_admin_credentials c
           set tenants = c.tenants - gone.tenant, version = version + 1,
               status = case when jsonb_array_length(c.tenants - gone.tenant) = 0 then 'revoked' else c.status end,
               revoked_at = case when jsonb_array_length(c.tenants - gone.tenant) = 0
                                 then coalesce(c.revoked_at, now()) else c.revoked_at end
          from (select ?::text as tenant, ?::timestamptz as at, ?::int as lim) gone
         where c.id = any(array(select o.id from control_admin_credentials o
                                 where o.tenants @> to_jsonb(gone.tenant) and o.created_at <= gone.at limit gone.lim))
        """);
    return steps;
  }

  private static Map<String, String> residue() {
    Map<String, String> counts = new LinkedHashMap<>();
    STEPS.forEach((table, sql) -> {
      if (sql.startsWith("delete")) {
        counts.put(
            table, "select count(*) from " + table + " where tenant_id = ? and created_at <= ?");
      }
    });
    counts.put(
        "control_audit_events",
        "select count(*) from control_audit_events where tenant_id = ? and created_at <= ? and details <> "
            + ERASED);
    counts.put(
        "control_admin_credentials",
        "select count(*) from control_admin_credentials where tenants @> to_jsonb(?::text) and created_at <= ?");
    return counts;
  }

  private static String delete(String table, String key) {
    return "delete from %1$s where %2$s = any(array(select %2$s from %1$s where tenant_id = ? and created_at <= ? limit ?))"
        .formatted(table, key);
  }
}
