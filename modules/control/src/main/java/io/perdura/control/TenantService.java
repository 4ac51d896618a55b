package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;

/**
 * Tenants and their projects (policy-control, sections 8.1 and 8.2), and who changed what (8.9).
 */
@ApplicationScoped
public class TenantService {
  private final Jpa jpa;

  /** For the container's proxy. */
  protected TenantService() {
    this.jpa = null;
  }

  @Inject
  TenantService(Jpa jpa) {
    this.jpa = jpa;
  }

  /** Creates the tenant or replaces all of it. */
  public JsonNode put(TenantRequest wish, Actor actor) {
    actor.requireTenant(wish.tenantId());
    return jpa.transaction(
        "put tenant",
        em -> {
          Tenant known = em.find(Tenant.class, wish.tenantId());
          Tenant tenant = known == null ? new Tenant(wish.tenantId()) : known;
          tenant.replace(wish);
          if (known == null) {
            em.persist(tenant);
          }
          JsonNode status = Jsons.object().put("status", wish.status());
          em.persist(
              AuditEvent.of(
                  actor, "tenant.upsert", "tenant", wish.tenantId(), wish.tenantId(), status));
          return answer("tenant", Jpa.stored(em, tenant).json());
        });
  }

  /** Tenants by id. */
  public JsonNode tenants(ListQuery query, Actor actor) {
    return Listing.of(Tenant.class, "r.id")
        .where("id", actor.admin().tenants())
        .where("status", query.choice("status", TenantRequest.STATES))
        .page(jpa, "tenants", query, Tenant::json);
  }

  /**
   * Creates the project or replaces all of it.
   *
   * @throws io.perdura.kernel.ApiException 404 {@code not_found} for an unknown tenant
   */
  public JsonNode put(ProjectRequest wish, Actor actor) {
    actor.requireTenant(wish.tenantId());
    return jpa.transaction(
        "put project",
        em -> {
          require(em, wish.tenantId());
          Project known = em.find(Project.class, wish.projectId());
          if (known != null) {
            actor.requireTenant(known.tenantId());
          }
          Project project = known == null ? new Project(wish.projectId()) : known;
          project.replace(wish);
          if (known == null) {
            em.persist(project);
          }
          JsonNode status = Jsons.object().put("status", wish.status());
          em.persist(
              AuditEvent.of(
                  actor, "project.upsert", "project", wish.projectId(), wish.tenantId(), status));
          return answer("project", Jpa.stored(em, project).json());
        });
  }

  /** Changes of the control plane, newest first. */
  public JsonNode auditEvents(ListQuery query, Actor actor) {
    return Listing.of(AuditEvent.class, "r.createdAt desc, r.position desc")
        .where("tenantId", actor.tenantFilter(query))
        .where("action", query.text("action"))
        .page(jpa, "events", query, AuditEvent::json);
  }

  /** Refuses a tenant that the operator has not created: 404 {@code not_found}. */
  static void require(EntityManager em, String tenantId) {
    if (em.find(Tenant.class, tenantId) == null) {
      throw Wire.notFound("tenant");
    }
  }

  static ObjectNode answer(String name, JsonNode row) {
    ObjectNode body = Jsons.object().put("ok", true);
    body.set(name, row);
    return body;
  }
}
