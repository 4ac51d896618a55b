package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import java.util.Set;

/** What a project shall be from now on. */
public record ProjectRequest(
    String projectId, String tenantId, String displayName, String status, JsonNode metadata) {
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_NAME = 256;
  private static final Set<String> STATES = Wire.choices("active", "archived");

  /** Reads and validates a body. */
  public static ProjectRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String project = Wire.id(fields, "project_id", LONGEST_ID);
    String tenant = Wire.id(fields, "tenant_id", LONGEST_ID);
    String name = Wire.text(fields, "display_name", LONGEST_NAME);
    String status = fields.optEnum("status", STATES);
    JsonNode metadata = Wire.object(fields, "metadata");
    fields.throwIfInvalid();
    return new ProjectRequest(project, tenant, name, status == null ? "active" : status, metadata);
  }
}
