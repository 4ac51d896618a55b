package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A project of a tenant; its id is unique among all tenants. Groups keys, grants nothing. */
@Entity
@Table(name = "control_projects")
public class Project extends ChangingRow {
  @Id
  @Column(name = "project_id")
  private String id;

  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "display_name")
  private String displayName;

  private String status;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  /** For JPA. */
  protected Project() {}

  Project(String id) {
    this.id = id;
  }

  /** Takes over everything that {@code wish} says, the tenant included. */
  void replace(ProjectRequest wish) {
    tenantId = wish.tenantId();
    displayName = wish.displayName();
    status = wish.status();
    metadata = wish.metadata();
  }

  String tenantId() {
    return tenantId;
  }

  /** The row as the contract shows it. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("project_id", id).put("tenant_id", tenantId);
    row.put("display_name", displayName).put("status", status).set("metadata", metadata);
    return withTimes(row);
  }
}
