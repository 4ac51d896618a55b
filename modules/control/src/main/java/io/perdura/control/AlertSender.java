package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Carries an alert to a tenant's active routes, oldest first, once each, and keeps what became of
 * it. Whether there is anything to tell is somebody else's matter.
 *
 * <p>Two senders of the same message at the same moment may both send: the look for an earlier
 * delivery is no lock.
 */
@ApplicationScoped
public class AlertSender {
  /** Signs a delivery: HMAC-SHA256 over timestamp, dot, body; in hexadecimal. */
  static final String SIGNATURE = "x-perdura-signature";

  static final String TIMESTAMP = "x-perdura-timestamp";

  private static final Logger LOG = Logger.getLogger(AlertSender.class.getName());
  private static final String DEDUPLICATED = "deduplicated";
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(60);
  private static final Duration LONGEST_TTL = Duration.ofDays(7);

  private final Jpa jpa;
  private final Sealer sealer;
  private final OutboundClient client;
  private final Clock clock;

  /** For the container's proxy. */
  protected AlertSender() {
    this(null, null, null, null);
  }

  @Inject
  AlertSender(Jpa jpa, Sealer sealer, OutboundClient client, Clock clock) {
    this.jpa = jpa;
    this.sealer = sealer;
    this.client = client;
    this.clock = clock;
  }

  /**
   * Sends {@code message} to every active route of its tenant that wants it.
   *
   * @param ttl how long a sent message with the same key suppresses this one on a route; 60 s to 7
   *     days
   * @param requestId kept with the deliveries, may be null
   * @return the deliveries as lists show them
   */
  public ArrayNode send(AlertMessage message, Duration ttl, String requestId) {
    ArrayNode deliveries = Jsons.array();
    for (AlertRoute route : routes(message)) {
      deliveries.add(carry(route, message, null, ttl, requestId));
    }
    return deliveries;
  }

  /**
   * The same under the rules of each route's metadata: severities, quiet times, repetition.
   *
   * @param most routes at most, oldest first
   * @param dryRun whether to tell only what would happen; nothing is sent and nothing kept
   */
  ArrayNode dispatch(AlertMessage message, int most, boolean dryRun, String requestId) {
    ArrayNode deliveries = Jsons.array();
    for (AlertRoute route : routes(message).stream().limit(most).toList()) {
      AlertRules.Decision decision = new AlertRules(route).decide(message, clock.instant());
      AlertMessage own = decision.message();
      if (!dryRun) {
        deliveries.add(carry(route, own, decision.suppressed(), decision.ttl(), requestId));
        continue;
      }
      String why = decision.suppressed();
      if (why == null && wasSent(route, own, clamp(decision.ttl()))) {
        why = DEDUPLICATED;
      }
      deliveries
          .addObject()
          .put("route_id", route.id())
          .put("tenant_id", own.tenantId())
          .put("event_type", own.eventType())
          .put("status", why == null ? "would_send" : "skipped")
          .put("error", why)
          .set("metadata", own.deliveryMetadata());
    }
    return deliveries;
  }

  private List<AlertRoute> routes(AlertMessage message) {
    return jpa.transaction("alert routes", em -> routes(em, message));
  }

  private JsonNode carry(
      AlertRoute route, AlertMessage message, String suppressed, Duration ttl, String requestId) {
    AlertDelivery delivery = new AlertDelivery(route, message, requestId);
    boolean repeated =
        suppressed == null && message.dedupeKey() != null && wasSent(route, message, clamp(ttl));
    AlertDelivery outcome =
        suppressed != null
            ? delivery.skipped(suppressed)
            : repeated ? delivery.skipped(DEDUPLICATED) : deliver(route, message, delivery);
    return jpa.transaction(
        "store alert delivery",
        em -> {
          em.persist(outcome);
          return Jpa.stored(em, outcome).json();
        });
  }

  private static List<AlertRoute> routes(EntityManager em, AlertMessage message) {
    List<AlertRoute> active =
        em.createQuery(
                "select r from AlertRoute r where r.tenantId = :tenant and r.status = 'active'"
                    + " order by r.createdAt, r.id",
                AlertRoute.class)
            .setParameter("tenant", message.tenantId())
            .getResultList();
    return active.stream().filter(route -> wants(route, message.eventType())).toList();
  }

  private static boolean wants(AlertRoute route, String eventType) {
    for (JsonNode event : route.events()) {
      if (event.textValue().equals("*") || event.textValue().equals(eventType)) {
        return true;
      }
    }
    return false;
  }

  private boolean wasSent(AlertRoute route, AlertMessage message, Duration ttl) {
    return jpa.transaction(
        "earlier alert deliveries",
        em ->
            !em.createNativeQuery(
                    """
                    select 1 from control_alert_deliveries
                     where route_id = ?1 and metadata ->> 'dedupe_key' = ?2 and created_at > ?3 and status = 'sent'
                     limit 1
                    """)
                .setParameter(1, route.id())
                .setParameter(2, message.dedupeKey())
                .setParameter(3, clock.instant().minus(ttl).atOffset(ZoneOffset.UTC))
                .getResultList()
                .isEmpty());
  }

  private AlertDelivery deliver(AlertRoute route, AlertMessage message, AlertDelivery delivery) {
    try {
      WebUrl url = WebUrl.parse(route.target()).orElseThrow();
      String sentAt = Timestamps.iso(clock.instant());
      boolean pagerDuty = route.channel().equals("pagerduty_events");
      ObjectNode body = pagerDuty ? pagerDuty(route, message) : webhook(route, message, sentAt);
      String text = Jsons.text(body);
      Map<String, String> headers = new LinkedHashMap<>(route.headers(sealer));
      String secret = route.secret(sealer);
      if (secret != null && !pagerDuty) {
        headers.put(TIMESTAMP, sentAt);
        headers.put(SIGNATURE, signature(secret, sentAt + "." + text));
      }
      OutboundClient.Answer answer = client.post(url, headers, text);
      return delivery.answered(answer.status(), answer.body());
    } catch (Outbound.RefusedException | IOException e) {
      return delivery.failed(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "alert route " + route.id() + " cannot be used", e);
      return delivery.failed("the route cannot be used; see the log");
    }
  }

  private static ObjectNode webhook(AlertRoute route, AlertMessage message, String sentAt) {
    ObjectNode body = Jsons.object().put("event_type", message.eventType());
    body.put("tenant_id", message.tenantId()).put("severity", message.severity());
    body.put("summary", message.summary()).set("payload", message.payload());
    body.put("sent_at", sentAt)
        .putObject("route")
        .put("id", route.id())
        .put("channel", route.channel())
        .put("label", route.label());
    return route.channel().equals("slack_webhook") ? body.put("text", message.summary()) : body;
  }

  private ObjectNode pagerDuty(AlertRoute route, AlertMessage message) {
    ObjectNode body = Jsons.object().put("routing_key", route.secret(sealer));
    body.put("event_action", "trigger").put("dedup_key", message.dedupeKey());
    ObjectNode payload = body.putObject("payload").put("summary", message.summary());
    payload.put("source", "perdura:" + message.tenantId()).put("severity", message.severity());
    payload
        .putObject("custom_details")
        .put("event_type", message.eventType())
        .set("payload", message.payload());
    return body;
  }

  private static String signature(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(Hashes.utf8(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  private static Duration clamp(Duration ttl) {
    return ttl.compareTo(SHORTEST_TTL) < 0
        ? SHORTEST_TTL
        : ttl.compareTo(LONGEST_TTL) > 0 ? LONGEST_TTL : ttl;
  }
}
