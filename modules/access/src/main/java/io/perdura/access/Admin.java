package io.perdura.access;

import java.util.Set;

/**
 * Who administers.
 *
 * @param name as audit events name it: {@code admin_token}, or {@code credential:<id>}
 * @param tenants the only tenants it may touch; null = all
 */
public record Admin(String name, AdminRole role, Set<String> tenants) {
  /** The holder of the operator's single token. */
  public static final Admin TOKEN = new Admin("admin_token", AdminRole.OWNER, null);

  /** Tells whether it may touch rows of a tenant; rows of no tenant have null. */
  public boolean mayTouch(String tenantId) {
    return tenants == null || (tenantId != null && tenants.contains(tenantId));
  }
}
