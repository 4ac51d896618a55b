package io.perdura.api;

import io.perdura.access.AdminNeed;
import io.perdura.access.AdminRole;
import java.util.List;

/** Routes of the control plane (policy-control, section 8), and who may use each. */
final class ControlRoutes {
  private static final String BASE = "/v1/admin/control/";
  private static final String OF_TENANT = BASE + "dashboard/tenant/{tenant_id}";
  private static final AdminNeed READER = AdminNeed.inTenant(AdminRole.READER);
  private static final AdminNeed TENANT_ADMIN = AdminNeed.inTenant(AdminRole.TENANT_ADMIN);
  private static final AdminNeed OPERATOR = AdminNeed.inTenant(AdminRole.OPERATOR);

  /** Jobs work on the whole service, and their results may name any tenant. */
  private static final AdminNeed LOOKS = AdminNeed.everywhere(AdminRole.READER);

  private static final AdminNeed OPERATES = AdminNeed.everywhere(AdminRole.OPERATOR);

  static final List<Route> ALL =
      List.of(
          Route.admin("POST", BASE + "tenants", OPERATOR),
          Route.admin("GET", BASE + "tenants", READER),
          Route.admin("POST", BASE + "projects", TENANT_ADMIN),
          Route.admin("POST", BASE + "api-keys", TENANT_ADMIN),
          Route.admin("GET", BASE + "api-keys", READER),
          Route.admin("GET", BASE + "api-keys/stale", READER),
          Route.admin("POST", BASE + "api-keys/{id}/revoke", TENANT_ADMIN),
          Route.admin("POST", BASE + "api-keys/{id}/rotate", TENANT_ADMIN),
          Route.admin("PUT", BASE + "tenant-quotas/{tenant_id}", OPERATOR),
          Route.admin("GET", BASE + "tenant-quotas/{tenant_id}", READER),
          Route.admin("DELETE", BASE + "tenant-quotas/{tenant_id}", OPERATOR),
          Route.admin("POST", BASE + "alerts/routes", TENANT_ADMIN),
          Route.admin("GET", BASE + "alerts/routes", READER),
          Route.admin("POST", BASE + "alerts/routes/{id}/status", TENANT_ADMIN),
          Route.admin("GET", BASE + "alerts/deliveries", READER),
          // A job sends a directory of the server away: nothing for a tenant to decide.
          Route.admin("POST", BASE + "incident-publish/jobs", OPERATOR),
          Route.admin("GET", BASE + "incident-publish/jobs", READER),
          Route.admin("POST", BASE + "incident-publish/jobs/replay", OPERATOR),
          Route.admin("GET", OF_TENANT, READER),
          Route.admin("GET", OF_TENANT + "/incident-publish-rollup", READER),
          Route.admin("GET", OF_TENANT + "/incident-publish-slo", READER),
          Route.admin("GET", OF_TENANT + "/timeseries", READER),
          Route.admin("GET", OF_TENANT + "/key-usage", READER),
          Route.admin("GET", BASE + "diagnostics/tenant/{tenant_id}", READER),
          Route.admin("GET", BASE + "audit-events", READER),
          Route.admin("GET", BASE + "jobs", LOOKS),
          Route.admin("POST", BASE + "jobs/{name}/runs", OPERATES).accepted().withKey(),
          Route.admin("GET", BASE + "job-runs", LOOKS),
          Route.admin("GET", BASE + "job-runs/{run_id}", LOOKS),
          Route.admin("GET", BASE + "job-runs/{run_id}/result", LOOKS),
          Route.admin("POST", BASE + "job-runs/{run_id}/stop", OPERATES).accepted(),
          Route.admin("POST", BASE + "job-runs/{run_id}/restart", OPERATES).accepted(),
          Route.admin("GET", BASE + "job-schedules", LOOKS),
          Route.admin("POST", BASE + "job-schedules", OPERATES),
          Route.admin("GET", BASE + "job-schedules/{id}", LOOKS),
          Route.admin("PUT", BASE + "job-schedules/{id}", OPERATES),
          Route.admin("DELETE", BASE + "job-schedules/{id}", OPERATES),
          Route.admin("POST", BASE + "admin-credentials"),
          Route.admin("GET", BASE + "admin-credentials"),
          Route.admin("POST", BASE + "admin-credentials/{id}/revoke"));

  private ControlRoutes() {}
}
