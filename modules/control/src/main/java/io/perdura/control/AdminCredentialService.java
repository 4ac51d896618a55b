package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.AdminGate;
import io.perdura.access.AdminRole;
import io.perdura.kernel.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Set;

/**
 * Credentials of administrators, beside the operator's single token. A revoked one is refused from
 * the commit on.
 */
@ApplicationScoped
public class AdminCredentialService {
  private static final Set<String> STATES = Wire.choices("active", "revoked");
  private static final Set<String> ROLES = Wire.choices(AdminRole.NAMES.toArray(String[]::new));

  private final Jpa jpa;
  private final Clock clock;

  /** For the container's proxy. */
  protected AdminCredentialService() {
    this(null, null);
  }

  @Inject
  AdminCredentialService(Jpa jpa, Clock clock) {
    this.jpa = jpa;
    this.clock = clock;
  }

  /** Makes a credential; the answer is the only place where it is ever shown. */
  public JsonNode create(AdminCredentialRequest wish, Actor actor) {
    return jpa.transaction(
        "create admin credential",
        em -> {
          Secret secret = Secret.create(AdminGate.PREFIX);
          AdminCredential credential = new AdminCredential(wish, secret, actor.admin());
          em.persist(credential);
          em.persist(event(actor, "admin_credential.create", credential));
          ObjectNode row = Jpa.stored(em, credential).json().put("token", secret.reveal());
          return TenantService.answer("credential", row);
        });
  }

  /** Credentials, newest first; never with their digests. */
  public JsonNode list(ListQuery query) {
    return Listing.of(AdminCredential.class, "r.createdAt desc, r.id")
        .where("status", query.choice("status", STATES))
        .where("role", query.choice("role", ROLES))
        .page(jpa, "credentials", query, AdminCredential::json);
  }

  /**
   * Ends a credential now; doing it again moves {@code revoked_at}.
   *
   * @throws ApiException 404 {@code not_found} when there is none
   */
  public JsonNode revoke(String rawId, Actor actor) {
    String id = Wire.pathId(rawId);
    return jpa.transaction(
        "revoke admin credential",
        em -> {
          AdminCredential credential = em.find(AdminCredential.class, id);
          if (credential == null) {
            throw Wire.notFound("admin credential");
          }
          credential.revoke(clock.instant().atOffset(ZoneOffset.UTC));
          em.persist(event(actor, "admin_credential.revoke", credential));
          return TenantService.answer("credential", Jpa.stored(em, credential).json());
        });
  }

  private static AuditEvent event(Actor actor, String action, AdminCredential credential) {
    return AuditEvent.of(
        actor, action, "admin_credential", credential.id(), null, credential.details());
  }
}
