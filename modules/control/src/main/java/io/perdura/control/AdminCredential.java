package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.Admin;
import io.perdura.access.AdminRole;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * An administrator's own credential. Only its digest is kept. It ends by revocation or at its
 * expiry and never lives again.
 */
@Entity
@Table(name = "control_admin_credentials")
public class AdminCredential extends StoredRow {
  @Id private String id;

  private String label;
  private String role;

  @Convert(converter = JsonColumn.class)
  private JsonNode tenants;

  @Column(name = "secret_hash")
  private String secretHash;

  @Column(name = "secret_prefix")
  private String secretPrefix;

  private String status;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  @Column(name = "created_by")
  private String createdBy;

  @Column(name = "expires_at")
  private OffsetDateTime expiresAt;

  @Column(name = "revoked_at")
  private OffsetDateTime revokedAt;

  /** The gate notes it by itself, now and then. */
  @Column(name = "last_used_at", insertable = false, updatable = false)
  private OffsetDateTime lastUsedAt;

  /** For JPA. */
  protected AdminCredential() {}

  AdminCredential(AdminCredentialRequest wish, Secret secret, Admin maker) {
    id = UUID.randomUUID().toString();
    label = wish.label();
    role = wish.role().label();
    tenants = wish.tenants() == null ? null : Jsons.MAPPER.valueToTree(wish.tenants());
    secretHash = secret.hash();
    secretPrefix = secret.prefix();
    status = "active";
    metadata = wish.metadata();
    createdBy = maker.name();
    expiresAt = wish.expiresAt();
  }

  void revoke(OffsetDateTime now) {
    status = "revoked";
    revokedAt = now;
  }

  String id() {
    return id;
  }

  /** What an audit event says of it. */
  ObjectNode details() {
    ObjectNode details = Jsons.object().put("role", role).put("secret_prefix", secretPrefix);
    details.set("tenants", tenants);
    return details.put("expires_at", Wire.time(expiresAt));
  }

  AdminRole role() {
    return AdminRole.of(role);
  }

  ObjectNode json() {
    ObjectNode row = Jsons.object().put("id", id).put("label", label).put("role", role);
    row.set("tenants", tenants);
    row.put("secret_prefix", secretPrefix).put("status", status).set("metadata", metadata);
    row.put("created_by", createdBy).put("created_at", createdAt());
    row.put("expires_at", Wire.time(expiresAt)).put("revoked_at", Wire.time(revokedAt));
    return row.put("last_used_at", Wire.time(lastUsedAt));
  }
}
