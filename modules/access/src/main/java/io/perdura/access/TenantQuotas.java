package io.perdura.access;

/** What each tenant may use. Asked for every request, so an answer must cost no round trip. */
public interface TenantQuotas {
  /**
   * Returns the quota of a tenant.
   *
   * @param tenantId as sent: not yet validated, perhaps of no known tenant
   */
  Rate of(String tenantId, Limiter.Category category);
}
