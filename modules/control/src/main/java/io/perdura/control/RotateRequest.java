package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;

/**
 * How a key is replaced.
 *
 * @param label null = the old key's
 * @param metadata laid over the old key's
 * @param overlapSeconds our own addition: how long the old key goes on; 0 = it is revoked at once
 */
public record RotateRequest(String label, ObjectNode metadata, int overlapSeconds) {
  private static final int LONGEST_LABEL = 256;
  private static final int LONGEST_OVERLAP_SECONDS = 30 * 24 * 3_600;

  /** Reads and validates a body, which may be missing. */
  public static RotateRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String label = Wire.text(fields, "label", LONGEST_LABEL);
    JsonNode metadata = Wire.object(fields, "metadata");
    int overlap = fields.integer("overlap_seconds", 0, LONGEST_OVERLAP_SECONDS, 0);
    fields.throwIfInvalid();
    return new RotateRequest(label, (ObjectNode) metadata, overlap);
  }
}
