package io.perdura.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a paged report over telemetry was asked for: by its query, where that is silent by its
 * cursor, else the usual.
 *
 * @param endpoint null = all
 * @param requestedHours window before retention cut it
 * @param anchor both ends of the report's time are counted from here
 */
record ReportPage(
    String kind,
    String tenantId,
    String endpoint,
    int requestedHours,
    int requestedBaseline,
    int limit,
    int offset,
    Instant anchor) {
  private static final Set<String> ENDPOINTS = Wire.choices("write", "recall", "recall_text");
  static final int LONGEST_HOURS = 8_760;

  /** Figures that a report has when its query is silent. */
  record Usual(String kind, int windowHours, int baselineHours, int limit, int mostRows) {}

  /**
   * Reads a query.
   *
   * @throws ApiException 400 {@code invalid_request} for an unknown endpoint or another's cursor
   */
  static ReportPage read(
      String tenantId, Map<String, List<String>> parameters, Usual usual, Instant now) {
    ListQuery query = ListQuery.of(parameters);
    String text = query.text("cursor");
    ReportCursor cursor = text == null ? null : ReportCursor.read(text, usual.kind(), tenantId);
    boolean fresh = cursor == null;
    return new ReportPage(
        usual.kind(),
        tenantId,
        endpoint(query, cursor),
        query.integer(
            "window_hours",
            fresh ? usual.windowHours() : hours(cursor.windowHours()),
            1,
            LONGEST_HOURS),
        query.integer(
            "baseline_hours",
            fresh ? usual.baselineHours() : hours(cursor.baselineHours()),
            1,
            LONGEST_HOURS),
        query.integer(
            "limit",
            fresh ? usual.limit() : Math.max(1, Math.min(cursor.limit(), usual.mostRows())),
            1,
            usual.mostRows()),
        query.integer("offset", fresh ? 0 : cursor.offset(), 0, Integer.MAX_VALUE),
        fresh || cursor.anchor().isAfter(now) ? now : cursor.anchor());
  }

  private static int hours(int asked) {
    return Math.max(1, Math.min(LONGEST_HOURS, asked));
  }

  private static String endpoint(ListQuery query, ReportCursor cursor) {
    String asked = TextRules.trimToNull(query.text("endpoint"));
    String endpoint = asked == null && cursor != null ? cursor.endpoint() : asked;
    if (endpoint != null && !ENDPOINTS.contains(endpoint)) {
      throw ApiException.badRequest(
          "invalid_request", "endpoint is one of " + String.join(", ", ENDPOINTS), null);
    }
    return endpoint;
  }

  /** The moment that many hours before the anchor. */
  OffsetDateTime before(int hours) {
    return anchor.minus(Duration.ofHours(hours)).atOffset(ZoneOffset.UTC);
  }

  OffsetDateTime end() {
    return anchor.atOffset(ZoneOffset.UTC);
  }

  /** Adds {@code page} and {@code snapshot}. */
  void describe(ObjectNode body, long total) {
    body.putObject("page")
        .put("limit", limit)
        .put("offset", offset)
        .put("total", total)
        .put("has_more", hasMore(total));
    body.putObject("snapshot").put("anchor_utc", Timestamps.iso(anchor));
  }

  /** The {@code cursor} of an answer: where the next page begins, null after the last. */
  ObjectNode next(long total, int windowHours, int baselineHours) {
    String text =
        hasMore(total)
            ? new ReportCursor(
                    kind,
                    tenantId,
                    endpoint,
                    windowHours,
                    baselineHours,
                    limit,
                    offset + limit,
                    anchor)
                .text()
            : null;
    return Jsons.object().put("next", text);
  }

  private boolean hasMore(long total) {
    return (long) offset + limit < total;
  }
}
