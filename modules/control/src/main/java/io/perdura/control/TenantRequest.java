package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.TenantId;
import java.util.Set;

/** What a tenant shall be from now on. */
public record TenantRequest(String tenantId, String displayName, String status, JsonNode metadata) {
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_NAME = 256;
  static final Set<String> STATES = Wire.choices("active", "suspended");

  /**
   * Reads and validates a body. Only ids that memory requests can use are taken: 400 {@code
   * invalid_tenant_id} otherwise.
   */
  public static TenantRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String tenant = Wire.id(fields, "tenant_id", LONGEST_ID);
    String name = Wire.text(fields, "display_name", LONGEST_NAME);
    String status = fields.optEnum("status", STATES);
    JsonNode metadata = Wire.object(fields, "metadata");
    fields.throwIfInvalid();
    return new TenantRequest(
        TenantId.of(tenant).value(), name, status == null ? "active" : status, metadata);
  }
}
