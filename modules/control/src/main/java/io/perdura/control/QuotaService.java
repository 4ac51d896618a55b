package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Tenants' own limits (policy-control, section 8.4). */
@ApplicationScoped
public class QuotaService {
  private final Jpa jpa;

  /** For the container's proxy. */
  protected QuotaService() {
    this.jpa = null;
  }

  @Inject
  QuotaService(Jpa jpa) {
    this.jpa = jpa;
  }

  /**
   * Sets all limits of a tenant.
   *
   * @throws ApiException 404 {@code not_found} for an unknown tenant
   */
  public JsonNode put(String rawTenant, QuotaRequest wish, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    return jpa.transaction(
        "put tenant quota",
        em -> {
          TenantService.require(em, tenant);
          TenantQuota known = em.find(TenantQuota.class, tenant);
          TenantQuota quota = known == null ? new TenantQuota(tenant) : known;
          quota.replace(wish);
          if (known == null) {
            em.persist(quota);
          }
          em.persist(event(actor, "tenant_quota.upsert", tenant, wish.json()));
          return TenantService.answer("quota", Jpa.stored(em, quota).json());
        });
  }

  /**
   * Returns the limits that were set for a tenant.
   *
   * @throws ApiException 404 {@code not_found} when none were
   */
  public JsonNode get(String rawTenant, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    return jpa.transaction(
        "get tenant quota",
        em -> {
          TenantQuota quota = em.find(TenantQuota.class, tenant);
          if (quota == null) {
            throw Wire.notFound("quota of this tenant");
          }
          return TenantService.answer("quota", quota.json());
        });
  }

  /** Gives a tenant back to the configured limits. */
  public JsonNode delete(String rawTenant, Actor actor) {
    String tenant = Wire.pathId(rawTenant);
    actor.requireTenant(tenant);
    return jpa.transaction(
        "delete tenant quota",
        em -> {
          TenantQuota quota = em.find(TenantQuota.class, tenant);
          if (quota != null) {
            em.remove(quota);
            JsonNode details = Jsons.object().put("deleted", true);
            em.persist(event(actor, "tenant_quota.delete", tenant, details));
          }
          return Jsons.object().put("ok", true).put("deleted", quota != null);
        });
  }

  private static AuditEvent event(Actor actor, String action, String tenant, JsonNode details) {
    return AuditEvent.of(actor, action, "tenant_quota", tenant, tenant, details);
  }
}
