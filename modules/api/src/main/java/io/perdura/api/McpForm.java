package io.perdura.api;

import io.perdura.kernel.ApiException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

/** How an answer is written: as JSON, or as a stream of events for clients that ask for it. */
enum McpForm {
  JSON("application/json", "application/*"),
  EVENTS("text/event-stream", "text/*");

  private final String type;
  private final String family;

  McpForm(String type, String family) {
    this.type = type;
    this.family = family;
  }

  /**
   * Picks the form that the Accept headers prefer; JSON when they do not care.
   *
   * @throws ApiException 406 {@code not_acceptable}
   */
  static McpForm of(Enumeration<String> accept) {
    List<String> headers = Collections.list(accept);
    if (headers.isEmpty()) {
      return JSON;
    }
    String[] ranges = String.join(",", headers).toLowerCase(Locale.ROOT).split(",", -1);
    double json = JSON.quality(ranges);
    double events = EVENTS.quality(ranges);
    if (json <= 0 && events <= 0) {
      throw new ApiException(406, "not_acceptable", "accept application/json or text/event-stream");
    }
    return events > json ? EVENTS : JSON;
  }

  private double quality(String[] ranges) {
    double exact = -1;
    double wide = -1;
    for (String range : ranges) {
      String[] parts = range.split(";", -1);
      String name = parts[0].trim();
      if (name.equals(type)) {
        exact = Math.max(exact, weight(parts));
      } else if (name.equals(family) || name.equals("*/*")) {
        wide = Math.max(wide, weight(parts));
      }
    }
    return exact >= 0 ? exact : wide;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2).trim());
        } catch (NumberFormatException e) {
          return 1;
        }
      }
    }
    return 1;
  }
}
