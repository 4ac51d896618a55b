package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;

/**
 * Where the next page of a report begins (policy-control, section 8.7.6). All pages of a report
 * look at the same time, up to the anchor of the first.
 *
 * <p>Not signed: it says nothing that its holder could not ask for, and is taken only for the
 * tenant of the path.
 *
 * @param endpoint null = all
 * @param baselineHours 0 where the report has none
 */
record ReportCursor(
    String kind,
    String tenantId,
    String endpoint,
    int windowHours,
    int baselineHours,
    int limit,
    int offset,
    Instant anchor) {
  private static final int VERSION = 1;
  private static final int LONGEST = 4_096;

  /** Returns the text that callers hand back. */
  String text() {
    ObjectNode body = Jsons.object().put("v", VERSION).put("kind", kind).put("tenant_id", tenantId);
    body.put("endpoint", endpoint).put("window_hours", windowHours);
    if (baselineHours > 0) {
      body.put("baseline_hours", baselineHours);
    }
    body.put("limit", limit).put("offset", offset).put("anchor_utc", Timestamps.iso(anchor));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Hashes.utf8(Jsons.text(body)));
  }

  /**
   * Reads a cursor of the report {@code kind} of {@code tenantId}.
   *
   * @throws ApiException 400 {@code invalid_request} for one that was not made for this
   */
  static ReportCursor read(String text, String kind, String tenantId) {
    JsonNode body = decode(text);
    JsonNode endpoint = body.path("endpoint");
    boolean complete =
        body.path("v").asInt() == VERSION
            && body.path("kind").isTextual()
            && body.path("tenant_id").isTextual()
            && (endpoint.isTextual() || endpoint.isNull())
            && isCount(body.path("window_hours"))
            && (isCount(body.path("baseline_hours")) || !kind.equals(KeyUsage.KIND))
            && isCount(body.path("limit"))
            && isCount(body.path("offset"))
            && body.path("anchor_utc").isTextual();
    if (!complete) {
      throw refused("the cursor cannot be read");
    }
    if (!body.get("kind").textValue().equals(kind)) {
      throw refused("the cursor is of another report");
    }
    if (!body.get("tenant_id").textValue().equals(tenantId)) {
      throw refused("the cursor is of another tenant");
    }
    return new ReportCursor(
        kind,
        tenantId,
        endpoint.textValue(),
        body.get("window_hours").intValue(),
        body.path("baseline_hours").intValue(),
        body.get("limit").intValue(),
        body.get("offset").intValue(),
        anchor(body.get("anchor_utc").textValue()));
  }

  private static boolean isCount(JsonNode value) {
    return value.isInt() && value.intValue() >= 0;
  }

  private static Instant anchor(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw refused("the cursor cannot be read");
    }
  }

  private static JsonNode decode(String text) {
    try {
      if (text.length() > LONGEST) {
        throw refused("the cursor cannot be read");
      }
      JsonNode body = Jsons.MAPPER.readTree(Base64.getUrlDecoder().decode(text));
      return body == null ? Jsons.object() : body;
    } catch (IOException | IllegalArgumentException e) {
      throw refused("the cursor cannot be read");
    }
  }

  private static ApiException refused(String why) {
    return ApiException.badRequest("invalid_request", why, null);
  }
}
