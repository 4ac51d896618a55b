package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/** Alert routes and their deliveries (policy-control, section 8.5). */
@ApplicationScoped
public class AlertService {
  private static final Set<String> OUTCOMES = Wire.choices("sent", "failed", "skipped");
  private static final int RESEALED_AT_ONCE = 100;

  private final Jpa jpa;
  private final Sealer sealer;
  private final Outbound outbound;

  /** For the container's proxy. */
  protected AlertService() {
    this(null, null, null);
  }

  @Inject
  AlertService(Jpa jpa, Sealer sealer, Outbound outbound) {
    this.jpa = jpa;
    this.sealer = sealer;
    this.outbound = outbound;
  }

  /**
   * Reads and validates the body of a new route.
   *
   * @throws ApiException 400 {@code invalid_alert_target} when nothing may be sent there
   */
  public AlertRouteRequest read(JsonNode body) {
    return AlertRouteRequest.read(body, outbound);
  }

  /** Reads and validates a body that says what a route's status shall be. */
  public static String readStatus(JsonNode body) {
    Fields fields = Wire.fields(body);
    String status = fields.enumeration("status", AlertRouteRequest.STATES);
    fields.throwIfInvalid();
    return status;
  }

  /**
   * Makes a route.
   *
   * @throws ApiException 404 {@code not_found} for an unknown tenant
   */
  public JsonNode create(AlertRouteRequest wish, Actor actor) {
    actor.requireTenant(wish.tenantId());
    return jpa.transaction(
        "create alert route",
        em -> {
          TenantService.require(em, wish.tenantId());
          AlertRoute route = new AlertRoute(wish, sealer);
          em.persist(route);
          ObjectNode details =
              Jsons.object().put("channel", wish.channel()).put("status", wish.status());
          details.set("events", route.events());
          details.put("label", wish.label());
          em.persist(event(actor, "alert_route.create", route, details));
          return TenantService.answer("route", Jpa.stored(em, route).json(sealer));
        });
  }

  /** Routes, newest first; never with their secrets. */
  public JsonNode routes(ListQuery query, Actor actor) {
    return Listing.of(AlertRoute.class, "r.createdAt desc, r.id")
        .where("tenantId", actor.tenantFilter(query))
        .where("channel", query.choice("channel", AlertRouteRequest.CHANNELS))
        .where("status", query.choice("status", AlertRouteRequest.STATES))
        .page(jpa, "routes", query, route -> route.json(sealer));
  }

  /** Switches a route on or off; 404 {@code not_found} when there is none. */
  public JsonNode status(String rawId, String status, Actor actor) {
    String id = Wire.pathId(rawId);
    return jpa.transaction(
        "set alert route status",
        em -> {
          AlertRoute route = em.find(AlertRoute.class, id);
          if (route == null || !actor.mayTouch(route.tenantId())) {
            throw Wire.notFound("alert route");
          }
          route.status(status);
          JsonNode details = Jsons.object().put("status", status);
          em.persist(event(actor, "alert_route.status", route, details));
          return TenantService.answer("route", Jpa.stored(em, route).json(sealer));
        });
  }

  /** What became of alerts, newest first. */
  public JsonNode deliveries(ListQuery query, Actor actor) {
    return Listing.of(AlertDelivery.class, "r.createdAt desc, r.position desc")
        .where("tenantId", actor.tenantFilter(query))
        .where("eventType", query.text("event_type"))
        .where("status", query.choice("status", OUTCOMES))
        .page(jpa, "deliveries", query, AlertDelivery::json);
  }

  /**
   * Seals again what older keys sealed, a few rows at a time.
   *
   * @return how many rows; 0 = nothing is left under another key than the newest
   */
  public int reseal() {
    byte[] current = sealer.currentHeader();
    if (current == null) {
      return 0;
    }
    return jpa.transaction(
        "seal again",
        em -> {
          List<?> ids =
              em.createNativeQuery(
                      """
                      select id from control_alert_routes
                       where substring(secret_sealed from 1 for 9) <> ?1
                          or substring(headers_sealed from 1 for 9) <> ?1
                       limit ?2
                      """)
                  .setParameter(1, current)
                  .setParameter(2, RESEALED_AT_ONCE)
                  .getResultList();
          ids.forEach(id -> em.find(AlertRoute.class, id).reseal(sealer));
          return ids.size();
        });
  }

  private static AuditEvent event(Actor actor, String action, AlertRoute route, JsonNode details) {
    return AuditEvent.of(actor, action, "alert_route", route.id(), route.tenantId(), details);
  }
}
