package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.VouchedChange;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PrePersist;
import jakarta.persistence.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;

/** What was changed in the control plane, by whom. Written once, in the change's transaction. */
@Entity
@Table(name = "control_audit_events")
public class AuditEvent {
  private static final String INSERT =
      """
      insert into control_audit_events
        (event_id, actor, action, resource_type, resource_id, tenant_id, request_id, details)
      values (?, ?, ?, ?, ?, ?, ?, ?::jsonb)
      """;

  /** The key as JPA sees it; the table's own one only tells the order of insertion. */
  @Id
  @Column(name = "event_id")
  private String eventId;

  @Column(name = "id", insertable = false, updatable = false)
  private Long position;

  private String actor;
  private String action;

  @Column(name = "resource_type")
  private String resourceType;

  @Column(name = "resource_id")
  private String resourceId;

  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "request_id")
  private String requestId;

  @Convert(converter = JsonColumn.class)
  private JsonNode details;

  @Column(name = "created_at", insertable = false, updatable = false)
  private OffsetDateTime createdAt;

  /** For JPA. */
  protected AuditEvent() {}

  private AuditEvent(Actor actor, String action, String tenantId, JsonNode details) {
    this.eventId = UUID.randomUUID().toString();
    this.actor = actor.name();
    this.requestId = actor.requestId();
    this.action = action;
    this.tenantId = tenantId;
    this.details = details;
  }

  /** An event about the resource of that type and id. */
  static AuditEvent of(
      Actor actor, String action, String type, String id, String tenantId, JsonNode details) {
    AuditEvent event = new AuditEvent(actor, action, tenantId, details);
    event.resourceType = type;
    event.resourceId = id;
    return event;
  }

  /** Stores it in a transaction that is none of JPA's. */
  void insert(Connection connection) throws SQLException {
    vouch();
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, eventId);
      statement.setString(2, actor);
      statement.setString(3, action);
      statement.setString(4, resourceType);
      statement.setString(5, resourceId);
      statement.setString(6, tenantId);
      statement.setString(7, requestId);
      statement.setString(8, Jsons.text(details));
      statement.executeUpdate();
    }
  }

  /** Has the call's row of the audit trail vouch for this event. */
  @PrePersist
  void vouch() {
    CallRecord.change(VouchedChange.of(fields()).text());
  }

  /** The row as the contract shows it. */
  ObjectNode json() {
    return fields().put("created_at", Wire.time(createdAt));
  }

  /** What never changes: the audit trail holds the digest of it. */
  private ObjectNode fields() {
    ObjectNode row = Jsons.object().put("event_id", eventId).put("actor", actor);
    row.put("action", action).put("resource_type", resourceType).put("resource_id", resourceId);
    row.put("tenant_id", tenantId).put("request_id", requestId).set("details", details);
    return row;
  }
}
