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

/**
 * A managed API key. Only its digest is kept: the key itself is shown once, to whoever made it.
 *
 * <p>It ends by revocation or at its expiry, whichever is first, and never lives again.
 */
@Entity
@Table(name = "control_api_keys")
public class ApiKey extends StoredRow {
  @Id private String id;

  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "project_id")
  private String projectId;

  private String label;
  private String role;

  @Column(name = "agent_id")
  private String agentId;

  @Column(name = "team_id")
  private String teamId;

  @Column(name = "key_hash")
  private String keyHash;

  @Column(name = "key_prefix")
  private String keyPrefix;

  private String status;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  @Column(name = "revoked_at")
  private OffsetDateTime revokedAt;

  @Column(name = "expires_at")
  private OffsetDateTime expiresAt;

  /** Servers note it by themselves, now and then. */
  @Column(name = "last_used_at", insertable = false, updatable = false)
  private OffsetDateTime lastUsedAt;

  /** For JPA. */
  protected ApiKey() {}

  /** A new key for what {@code wish} says. */
  ApiKey(KeyRequest wish, Secret secret) {
    this(secret);
    tenantId = wish.tenantId();
    projectId = wish.projectId();
    label = wish.label();
    role = wish.role();
    agentId = wish.agentId();
    teamId = wish.teamId();
    metadata = wish.metadata();
    expiresAt = wish.expiresAt();
  }

  private ApiKey(Secret secret) {
    id = UUID.randomUUID().toString();
    keyHash = secret.hash();
    keyPrefix = secret.prefix();
    status = "active";
  }

  /** The key that takes this one's place: same rights, label and metadata as {@code wish} adds. */
  ApiKey successor(RotateRequest wish, Secret secret, OffsetDateTime now) {
    ApiKey next = new ApiKey(secret);
    next.tenantId = tenantId;
    next.projectId = projectId;
    next.role = role;
    next.agentId = agentId;
    next.teamId = teamId;
    next.label = wish.label() == null ? label : wish.label();
    ObjectNode merged = metadata.deepCopy();
    merged.setAll(wish.metadata());
    next.metadata = merged.put("rotated_from_key_id", id).put("rotated_at", Wire.time(now));
    return next;
  }

  void revoke(OffsetDateTime now) {
    status = "revoked";
    revokedAt = now;
  }

  /** Lets the key end at {@code end} unless it ends before. */
  void endAt(OffsetDateTime end) {
    if (expiresAt == null || end.isBefore(expiresAt)) {
      expiresAt = end;
    }
  }

  boolean isActiveAt(OffsetDateTime now) {
    return status.equals("active") && (expiresAt == null || now.isBefore(expiresAt));
  }

  String id() {
    return id;
  }

  String tenantId() {
    return tenantId;
  }

  String projectId() {
    return projectId;
  }

  String keyPrefix() {
    return keyPrefix;
  }

  /** The row as the contract shows it, with our {@code expires_at} and {@code last_used_at}. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("id", id).put("tenant_id", tenantId);
    row.put("project_id", projectId).put("label", label).put("role", role);
    row.put("agent_id", agentId).put("team_id", teamId).put("key_prefix", keyPrefix);
    row.put("status", status).set("metadata", metadata);
    row.put("created_at", createdAt()).put("revoked_at", Wire.time(revokedAt));
    row.put("expires_at", Wire.time(expiresAt)).put("last_used_at", Wire.time(lastUsedAt));
    return row;
  }
}
