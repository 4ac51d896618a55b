package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import java.time.OffsetDateTime;

/** A key that shall be made. {@code expiresAt} is our own addition; null = never. */
public record KeyRequest(
    String tenantId,
    String projectId,
    String label,
    String role,
    String agentId,
    String teamId,
    JsonNode metadata,
    OffsetDateTime expiresAt) {
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_LABEL = 256;

  /** Reads and validates a body. */
  public static KeyRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String tenant = Wire.id(fields, "tenant_id", LONGEST_ID);
    String project = Wire.text(fields, "project_id", LONGEST_ID);
    String label = Wire.text(fields, "label", LONGEST_LABEL);
    String role = Wire.text(fields, "role", LONGEST_ID);
    String agent = Wire.text(fields, "agent_id", LONGEST_ID);
    String team = Wire.text(fields, "team_id", LONGEST_ID);
    JsonNode metadata = Wire.object(fields, "metadata");
    OffsetDateTime expiry = Wire.timestamp(fields, "expires_at");
    fields.throwIfInvalid();
    return new KeyRequest(tenant, project, label, role, agent, team, metadata, expiry);
  }
}
