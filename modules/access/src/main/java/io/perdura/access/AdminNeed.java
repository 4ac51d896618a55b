package io.perdura.access;

/**
 * What a route of the administration needs.
 *
 * @param role at least
 * @param byTenant whether the service keeps a caller to its tenants; a route that does not is
 *     closed to callers that are limited to some
 */
public record AdminNeed(AdminRole role, boolean byTenant) {
  /** What a route needs that does not say otherwise. */
  public static final AdminNeed OWNER = new AdminNeed(AdminRole.OWNER, false);

  /** That role, in the whole service. */
  public static AdminNeed everywhere(AdminRole role) {
    return new AdminNeed(role, false);
  }

  /** That role, at least in the tenant that is touched. */
  public static AdminNeed inTenant(AdminRole role) {
    return new AdminNeed(role, true);
  }

  boolean isMetBy(Admin admin) {
    return admin.role().includes(role) && (byTenant || admin.tenants() == null);
  }
}
