package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * An alert that a tenant's routes shall carry.
 *
 * @param severity {@code critical}, {@code warning} or {@code info}
 * @param summary one line for people
 * @param payload what else there is to say
 * @param dedupeKey alerts with the same key are sent once in a while on one route; null = always
 */
public record AlertMessage(
    String tenantId,
    String eventType,
    String severity,
    String summary,
    JsonNode payload,
    String dedupeKey) {

  ObjectNode deliveryMetadata() {
    ObjectNode metadata = Jsons.object().put("severity", severity);
    return dedupeKey == null ? metadata : metadata.put("dedupe_key", dedupeKey);
  }
}
