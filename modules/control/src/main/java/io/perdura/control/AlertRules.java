package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;

/**
 * What a route's metadata says of severities, quiet times and repetition (jobs, section 14.6).
 * Whatever cannot be understood counts as not said: an alert rather comes than not.
 *
 * <pre>
 * {"min_severity": "critical", "severity_overrides": {"key_usage_anomaly": "critical"},
 *  "quiet_windows": [{"days": [0, 6], "start": "22:00", "end": "06:00", "timezone": "Europe/Berlin",
 *                     "mode": "suppress"}],
 *  "dedupe_key": "{{tenant}}:{{event}}:{{severity}}:{{route}}", "dedupe_ttl_seconds": 1800}
 * </pre>
 */
final class AlertRules {
  static final String USUAL_KEY = "{{tenant}}:{{event}}:{{severity}}:{{route}}";

  private static final List<String> SEVERITIES = List.of("info", "warning", "critical");
  private static final Duration USUAL_TTL = Duration.ofMinutes(30);

  private final AlertRoute route;

  AlertRules(AlertRoute route) {
    this.route = route;
  }

  /**
   * The message as this route carries it, or why it does not.
   *
   * @param suppressed null when it is sent
   */
  record Decision(AlertMessage message, String suppressed, Duration ttl) {}

  Decision decide(AlertMessage message, Instant now) {
    JsonNode metadata = route.metadata();
    String severity = message.severity();
    String override = metadata.at("/severity_overrides").path(message.eventType()).asText();
    severity = SEVERITIES.contains(override) ? override : severity;
    String least = metadata.path("min_severity").asText();
    String suppressed =
        SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(least) ? "below_route_threshold" : null;
    String quiet = quiet(metadata.path("quiet_windows"), now);
    if (suppressed == null && quiet != null) {
      suppressed = quiet.equals("suppress") ? "quiet_window" : null;
      severity = quiet.equals("warning_only") && severity.equals("critical") ? "warning" : severity;
    }
    AlertMessage own =
        new AlertMessage(
            message.tenantId(),
            message.eventType(),
            severity,
            message.summary(),
            message.payload(),
            key(metadata.path("dedupe_key"), message, severity));
    return new Decision(own, suppressed, ttl(metadata.path("dedupe_ttl_seconds")));
  }

  private static Duration ttl(JsonNode seconds) {
    return seconds.canConvertToInt() ? Duration.ofSeconds(seconds.intValue()) : USUAL_TTL;
  }

  private String key(JsonNode template, AlertMessage message, String severity) {
    String key =
        template.isTextual() && !template.asText().isBlank() ? template.asText() : USUAL_KEY;
    for (Map.Entry<String, String> variable :
        Map.of(
                "tenant", message.tenantId(),
                "event", message.eventType(),
                "severity", severity,
                "route", route.id())
            .entrySet()) {
      key = key.replace("{{" + variable.getKey() + "}}", variable.getValue());
    }
    return key;
  }

  /** The mode of the first window that it is now; null outside all of them. */
  private static String quiet(JsonNode windows, Instant now) {
    for (JsonNode window : windows) {
      String mode = window.path("mode").asText("suppress");
      if (List.of("suppress", "warning_only").contains(mode) && isNow(window, now)) {
        return mode;
      }
    }
    return null;
  }

  /** A window over midnight belongs to the day on which it began. */
  private static boolean isNow(JsonNode window, Instant now) {
    LocalTime start = time(window.path("start"));
    LocalTime end = time(window.path("end"));
    if (start == null || end == null) {
      return false;
    }
    ZonedDateTime here = now.atZone(zone(window.path("timezone")));
    LocalTime time = here.toLocalTime();
    boolean wraps = end.isBefore(start);
    boolean inside =
        start.equals(end)
            || (wraps
                ? !time.isBefore(start) || time.isBefore(end)
                : !time.isBefore(start) && time.isBefore(end));
    boolean sinceYesterday = wraps && time.isBefore(end);
    return inside && isDay(window.path("days"), sinceYesterday ? here.minusDays(1) : here);
  }

  private static boolean isDay(JsonNode days, ZonedDateTime day) {
    if (!days.isArray() || days.isEmpty()) {
      return true;
    }
    int sundayIsZero = day.getDayOfWeek().getValue() % 7;
    for (JsonNode one : days) {
      if (one.isInt() && one.intValue() == sundayIsZero) {
        return true;
      }
    }
    return false;
  }

  private static LocalTime time(JsonNode text) {
    try {
      return LocalTime.parse(text.asText());
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static ZoneId zone(JsonNode name) {
    try {
      return name.isTextual() ? ZoneId.of(name.asText()) : ZoneOffset.UTC;
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }
}
