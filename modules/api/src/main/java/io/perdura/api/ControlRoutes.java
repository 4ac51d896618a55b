package io.perdura.api;

import java.util.List;

/** Routes of the control plane (policy-control, section 8). */
final class ControlRoutes {
  private static final String BASE = "/v1/admin/control/";

  static final List<Route> ALL =
      List.of(
          Route.admin("POST", BASE + "tenants"),
          Route.admin("GET", BASE + "tenants"),
          Route.admin("POST", BASE + "projects"),
          Route.admin("POST", BASE + "api-keys"),
          Route.admin("GET", BASE + "api-keys"),
          Route.admin("GET", BASE + "api-keys/stale"),
          Route.admin("POST", BASE + "api-keys/{id}/revoke"),
          Route.admin("POST", BASE + "api-keys/{id}/rotate"),
          Route.admin("PUT", BASE + "tenant-quotas/{tenant_id}"),
          Route.admin("GET", BASE + "tenant-quotas/{tenant_id}"),
          Route.admin("DELETE", BASE + "tenant-quotas/{tenant_id}"),
          Route.admin("GET", BASE + "dashboard/tenant/{tenant_id}"),
          Route.admin("GET", BASE + "diagnostics/tenant/{tenant_id}"),
          Route.admin("GET", BASE + "audit-events"));

  private ControlRoutes() {}
}
