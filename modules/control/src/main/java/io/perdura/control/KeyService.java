package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Set;

/**
 * Managed API keys (policy-control, sections 3.4 and 8.3). What this service takes away, every
 * server refuses within two seconds: the tables' triggers count such changes, see {@code
 * io.perdura.access.ManagedKeys}.
 */
@ApplicationScoped
public class KeyService {
  private static final String KEY_START = "ak_live_";
  private static final Set<String> STATES = Wire.choices("active", "revoked");

  private final Jpa jpa;
  private final Clock clock;

  /** For the container's proxy. */
  protected KeyService() {
    this.jpa = null;
    this.clock = null;
  }

  @Inject
  KeyService(Jpa jpa, Clock clock) {
    this.jpa = jpa;
    this.clock = clock;
  }

  /**
   * Makes a key; the answer is the only place where it is ever shown.
   *
   * @throws ApiException 404 {@code not_found} for an unknown tenant, or a project that is not its
   */
  public JsonNode create(KeyRequest wish, Actor actor) {
    actor.requireTenant(wish.tenantId());
    return jpa.transaction(
        "create api key",
        em -> {
          TenantService.require(em, wish.tenantId());
          requireProject(em, wish);
          Secret secret = Secret.create(KEY_START);
          ApiKey key = new ApiKey(wish, secret);
          em.persist(key);
          ObjectNode details = Jsons.object().put("project_id", wish.projectId());
          audit(em, actor, "api_key.create", key, details.put("key_prefix", secret.prefix()));
          ObjectNode row = Jpa.stored(em, key).json().put("api_key", secret.reveal());
          return TenantService.answer("key", row);
        });
  }

  /** Keys, newest first; never with their digests. */
  public JsonNode list(ListQuery query, Actor actor) {
    return Listing.of(ApiKey.class, "r.createdAt desc, r.id")
        .where("tenantId", actor.tenantFilter(query))
        .where("projectId", query.text("project_id"))
        .where("status", query.choice("status", STATES))
        .page(jpa, "keys", query, ApiKey::json);
  }

  /** Ends a key now; doing it again moves {@code revoked_at}. */
  public JsonNode revoke(String rawId, Actor actor) {
    String id = Wire.pathId(rawId);
    return jpa.transaction(
        "revoke api key",
        em -> {
          ApiKey key = em.find(ApiKey.class, id);
          if (key == null || !actor.mayTouch(key.tenantId())) {
            throw Wire.notFound("api key");
          }
          key.revoke(now());
          audit(em, actor, "api_key.revoke", key, prefix(key));
          return TenantService.answer("key", Jpa.stored(em, key).json());
        });
  }

  /**
   * Makes a key with the same rights; the old one is revoked at once, or goes on for the overlap.
   *
   * @throws ApiException 404 {@code not_found} when there is no such active key
   */
  public JsonNode rotate(String rawId, RotateRequest wish, Actor actor) {
    String id = Wire.pathId(rawId);
    return jpa.transaction(
        "rotate api key",
        em -> {
          OffsetDateTime now = now();
          ApiKey old = em.find(ApiKey.class, id);
          if (old == null || !old.isActiveAt(now) || !actor.mayTouch(old.tenantId())) {
            throw Wire.notFound("active api key");
          }
          Secret secret = Secret.create(KEY_START);
          ApiKey next = old.successor(wish, secret, now);
          if (wish.overlapSeconds() == 0) {
            old.revoke(now);
          } else {
            old.endAt(now.plusSeconds(wish.overlapSeconds()));
          }
          em.persist(next);
          ObjectNode details = Jsons.object().put("revoked_key_id", old.id());
          audit(em, actor, "api_key.rotate", next, details.put("key_prefix", secret.prefix()));
          ObjectNode answer = Jsons.object();
          answer.set("rotated", Jpa.stored(em, next).json());
          answer.set("revoked", Jpa.stored(em, old).json());
          return TenantService.answer("key", answer.put("api_key", secret.reveal()));
        });
  }

  private static void requireProject(EntityManager em, KeyRequest wish) {
    if (wish.projectId() == null) {
      return;
    }
    Project project = em.find(Project.class, wish.projectId());
    if (project == null || !project.tenantId().equals(wish.tenantId())) {
      throw Wire.notFound("project of this tenant");
    }
  }

  private static void audit(
      EntityManager em, Actor actor, String action, ApiKey key, JsonNode details) {
    em.persist(AuditEvent.of(actor, action, "api_key", key.id(), key.tenantId(), details));
  }

  private static ObjectNode prefix(ApiKey key) {
    return Jsons.object().put("key_prefix", key.keyPrefix());
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}
