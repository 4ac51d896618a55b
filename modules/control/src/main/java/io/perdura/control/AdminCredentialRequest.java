package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.AdminRole;
import io.perdura.kernel.Fields;
import io.perdura.kernel.TenantId;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A credential that shall be made.
 *
 * @param tenants the only ones that it may touch; null = all
 * @param expiresAt null = never
 */
public record AdminCredentialRequest(
    String label,
    AdminRole role,
    List<String> tenants,
    OffsetDateTime expiresAt,
    JsonNode metadata) {
  private static final Set<String> ROLES = Wire.choices(AdminRole.NAMES.toArray(String[]::new));
  private static final int LONGEST_LABEL = 256;
  private static final int MOST_TENANTS = 1_000;

  /**
   * Reads and validates a body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_tenant_id}
   */
  public static AdminCredentialRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String label = Wire.text(fields, "label", LONGEST_LABEL);
    String role = fields.enumeration("role", ROLES);
    List<String> tenants = fields.optStrings("tenants", 1, MOST_TENANTS, 1);
    OffsetDateTime expiry = Wire.timestamp(fields, "expires_at");
    JsonNode metadata = Wire.object(fields, "metadata");
    fields.rule(
        tenants != null || !AdminRole.TENANT_ADMIN.label().equals(role),
        "a tenant_admin needs tenants");
    fields.rule(
        tenants == null || !AdminRole.OWNER.label().equals(role), "an owner has every tenant");
    fields.throwIfInvalid();
    return new AdminCredentialRequest(
        label, AdminRole.of(role), tenants == null ? null : distinct(tenants), expiry, metadata);
  }

  private static List<String> distinct(List<String> tenants) {
    Set<String> ids = new LinkedHashSet<>();
    tenants.stream().filter(Objects::nonNull).forEach(id -> ids.add(TenantId.of(id).value()));
    return List.copyOf(ids);
  }
}
