package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How the audit trail vouches for an event of the control plane: {@code event id:sha256 of the
 * event without its details:sha256 of its details}, both of canonical JSON that begins with the
 * event's id. Apart, because the erasure of a tenant takes the details and nothing else.
 */
public record VouchedChange(String eventId, String eventSha256, String detailsSha256) {
  /**
   * The change that an event tells of.
   *
   * @param event with {@code event_id} and {@code details}, without what the database adds
   */
  public static VouchedChange of(ObjectNode event) {
    String id = event.get("event_id").textValue();
    ObjectNode details = Jsons.object().put("event_id", id);
    details.set("details", event.get("details"));
    ObjectNode rest = event.deepCopy();
    rest.remove("details");
    return new VouchedChange(id, CanonicalJson.sha256Hex(rest), CanonicalJson.sha256Hex(details));
  }

  /** Reads what {@link #text} wrote; a text of another form vouches for nothing that exists. */
  public static VouchedChange parse(JsonNode text) {
    String[] parts = text.asText().split(":", -1);
    return parts.length == 3
        ? new VouchedChange(parts[0], parts[1], parts[2])
        : new VouchedChange(text.asText(), "", "");
  }

  public String text() {
    return eventId + ":" + eventSha256 + ":" + detailsSha256;
  }

  /**
   * Tells whether {@code found} is the event that was vouched for.
   *
   * @param erased whether an erasure is known to have taken its details
   */
  public boolean matches(VouchedChange found, boolean erased) {
    return eventSha256.equals(found.eventSha256)
        && (erased || detailsSha256.equals(found.detailsSha256));
  }
}
