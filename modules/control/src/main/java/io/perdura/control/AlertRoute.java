package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Where a tenant's alerts go. Its secret and the values of its headers are sealed. */
@Entity
@Table(name = "control_alert_routes")
public class AlertRoute extends ChangingRow {
  private static final String MASK = "********";

  @Id private String id;

  @Column(name = "tenant_id")
  private String tenantId;

  private String channel;
  private String label;

  @Convert(converter = JsonColumn.class)
  private JsonNode events;

  private String status;
  private String target;

  @Column(name = "secret_sealed")
  private byte[] secretSealed;

  @Column(name = "headers_sealed")
  private byte[] headersSealed;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  /** For JPA. */
  protected AlertRoute() {}

  AlertRoute(AlertRouteRequest wish, Sealer sealer) {
    id = UUID.randomUUID().toString();
    tenantId = wish.tenantId();
    channel = wish.channel();
    label = wish.label();
    events = Jsons.MAPPER.valueToTree(wish.events());
    status = wish.status();
    target = wish.target();
    metadata = wish.metadata();
    secretSealed = sealer.seal(wish.secret(), place("secret"));
    headersSealed =
        wish.headers().isEmpty()
            ? null
            : sealer.seal(Jsons.text(Jsons.MAPPER.valueToTree(wish.headers())), place("headers"));
  }

  /** The channel's secret, null without one. */
  String secret(Sealer sealer) {
    return sealer.open(secretSealed, place("secret"));
  }

  /** Headers that each delivery carries. */
  Map<String, String> headers(Sealer sealer) {
    Map<String, String> headers = new LinkedHashMap<>();
    String opened = sealer.open(headersSealed, place("headers"));
    if (opened != null) {
      Jsons.stored(opened)
          .properties()
          .forEach(header -> headers.put(header.getKey(), header.getValue().textValue()));
    }
    return headers;
  }

  /** Seals again what an older key sealed. */
  void reseal(Sealer sealer) {
    if (!sealer.isCurrent(secretSealed)) {
      secretSealed = sealer.seal(secret(sealer), place("secret"));
    }
    if (!sealer.isCurrent(headersSealed)) {
      headersSealed = sealer.seal(sealer.open(headersSealed, place("headers")), place("headers"));
    }
  }

  void status(String wanted) {
    status = wanted;
  }

  String id() {
    return id;
  }

  String tenantId() {
    return tenantId;
  }

  String channel() {
    return channel;
  }

  String label() {
    return label;
  }

  JsonNode events() {
    return events;
  }

  String status() {
    return status;
  }

  JsonNode metadata() {
    return metadata;
  }

  String target() {
    return target;
  }

  /** The row as the contract shows it, but with the values of headers masked. */
  ObjectNode json(Sealer sealer) {
    ObjectNode row = Jsons.object().put("id", id).put("tenant_id", tenantId);
    row.put("channel", channel).put("label", label).set("events", events);
    row.put("status", status).put("target", target);
    ObjectNode masked = row.putObject("headers");
    headers(sealer).keySet().forEach(name -> masked.put(name, MASK));
    row.set("metadata", metadata);
    return withTimes(row);
  }

  private String place(String column) {
    return "control_alert_routes." + column + ":" + id;
  }
}
