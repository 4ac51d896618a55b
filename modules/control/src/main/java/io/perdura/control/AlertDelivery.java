package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/** What became of one alert on one route. Written once. */
@Entity
@Table(name = "control_alert_deliveries")
public class AlertDelivery {
  /** The key as JPA sees it; the table's own one only tells the order of insertion. */
  @Id
  @Column(name = "delivery_id")
  private String deliveryId;

  @Column(name = "id", insertable = false, updatable = false)
  private Long position;

  @Column(name = "route_id")
  private String routeId;

  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "event_type")
  private String eventType;

  private String status;

  @Column(name = "request_id")
  private String requestId;

  @Column(name = "response_code")
  private Integer responseCode;

  @Column(name = "response_body")
  private String responseBody;

  private String error;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  @Column(name = "created_at", insertable = false, updatable = false)
  private OffsetDateTime createdAt;

  /** For JPA. */
  protected AlertDelivery() {}

  AlertDelivery(AlertRoute route, AlertMessage message, String requestId) {
    this.deliveryId = UUID.randomUUID().toString();
    this.routeId = route.id();
    this.tenantId = route.tenantId();
    this.eventType = message.eventType();
    this.requestId = requestId;
    this.metadata = message.deliveryMetadata();
  }

  AlertDelivery skipped(String why) {
    status = "skipped";
    error = why;
    return this;
  }

  AlertDelivery failed(String why) {
    status = "failed";
    error = why;
    return this;
  }

  AlertDelivery answered(int code, String body) {
    boolean taken = code >= 200 && code < 300;
    status = taken ? "sent" : "failed";
    error = taken ? null : "the receiver answered " + code;
    responseCode = code;
    responseBody = body;
    return this;
  }

  String status() {
    return status;
  }

  /** The row as the contract shows it: {@code id} is a text. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("id", position == null ? null : position.toString());
    row.put("delivery_id", deliveryId).put("route_id", routeId).put("tenant_id", tenantId);
    row.put("event_type", eventType).put("status", status).put("request_id", requestId);
    row.put("response_code", responseCode).put("response_body", responseBody);
    row.put("error", error).set("metadata", metadata);
    return row.put("created_at", Wire.time(createdAt));
  }
}
