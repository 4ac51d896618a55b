package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * A tenant that the operator knows. A suspended one keeps its data; its managed keys open nothing.
 */
@Entity
@Table(name = "control_tenants")
public class Tenant extends ChangingRow {
  @Id
  @Column(name = "tenant_id")
  private String id;

  @Column(name = "display_name")
  private String displayName;

  private String status;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  /** For JPA. */
  protected Tenant() {}

  Tenant(String id) {
    this.id = id;
  }

  /** Takes over everything that {@code wish} says; what it leaves out goes back to its default. */
  void replace(TenantRequest wish) {
    displayName = wish.displayName();
    status = wish.status();
    metadata = wish.metadata();
  }

  String id() {
    return id;
  }

  String status() {
    return status;
  }

  /** The row as the contract shows it. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("tenant_id", id).put("display_name", displayName);
    row.put("status", status).set("metadata", metadata);
    return withTimes(row);
  }
}
