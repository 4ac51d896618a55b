package io.perdura.control;

import io.perdura.access.Admin;
import io.perdura.access.AdminGate;
import io.perdura.kernel.ApiException;
import java.util.Collection;
import java.util.List;

/**
 * Who works in the control plane: what it may touch, and how its audit events name it.
 *
 * @param requestId the request that does it
 */
public record Actor(Admin admin, String requestId) {
  /** The holder of the operator's token. */
  public static Actor adminToken(String requestId) {
    return new Actor(Admin.TOKEN, requestId);
  }

  /** As audit events name it. */
  String name() {
    return admin.name();
  }

  /** Tells whether it may touch rows of a tenant. What it may not, it shall not find. */
  boolean mayTouch(String tenantId) {
    return admin.mayTouch(tenantId);
  }

  /**
   * Refuses a tenant that is none of its own.
   *
   * @throws ApiException 403 {@code forbidden_admin}
   */
  void requireTenant(String tenantId) {
    if (!mayTouch(tenantId)) {
      throw AdminGate.forbidden("this credential is for other tenants");
    }
  }

  /**
   * Returns the tenants that a list shall show: the one asked for, or all that it may touch; null =
   * every one.
   *
   * @throws ApiException 403 {@code forbidden_admin} for a tenant that is none of its own
   */
  Collection<String> tenantFilter(ListQuery query) {
    String asked = query.text("tenant_id");
    if (asked == null) {
      return admin.tenants();
    }
    requireTenant(asked);
    return List.of(asked);
  }
}
