package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.TextRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** An alert route that shall be made; {@code target} in canonical form. */
public record AlertRouteRequest(
    String tenantId,
    String channel,
    String label,
    List<String> events,
    String status,
    String target,
    String secret,
    Map<String, String> headers,
    JsonNode metadata) {
  static final Set<String> CHANNELS = Wire.choices("webhook", "slack_webhook", "pagerduty_events");
  static final Set<String> STATES = Wire.choices("active", "disabled");

  private static final Map<String, Set<String>> HOSTS =
      Map.of(
          "slack_webhook",
          Set.of("hooks.slack.com", "hooks.slack-gov.com"),
          "pagerduty_events",
          Set.of("events.pagerduty.com", "events.eu.pagerduty.com"));

  /** What each delivery says itself. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "te",
          "upgrade",
          "trailer",
          "expect",
          "keep-alive",
          "proxy-connection");

  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_LABEL = 256;
  private static final int LONGEST_TEXT = 2_048;
  private static final int MOST_EVENTS = 64;

  /**
   * Reads and validates a body.
   *
   * @throws ApiException 400 {@code invalid_alert_target} when nothing may be sent there
   */
  static AlertRouteRequest read(JsonNode body, Outbound outbound) {
    Fields fields = Wire.fields(body);
    String tenant = Wire.id(fields, "tenant_id", LONGEST_ID);
    String channel = fields.enumeration("channel", CHANNELS);
    String label = Wire.text(fields, "label", LONGEST_LABEL);
    List<String> events = events(fields);
    String status = fields.optEnum("status", STATES);
    String target = fields.string("target", 1, LONGEST_TEXT);
    String secret = Wire.text(fields, "secret", LONGEST_TEXT);
    Map<String, String> headers = headers(fields);
    JsonNode metadata = Wire.object(fields, "metadata");
    fields.throwIfInvalid();
    return new AlertRouteRequest(
        tenant,
        channel,
        label,
        events,
        status == null ? "active" : status,
        target(target, channel, outbound),
        secret,
        headers,
        metadata);
  }

  private static List<String> events(Fields fields) {
    List<String> raw = fields.optStrings("events", 0, MOST_EVENTS, 1);
    if (raw == null) {
      return List.of("*");
    }
    for (int i = 0; i < raw.size(); i++) {
      if (raw.get(i) != null && raw.get(i).length() > LONGEST_ID) {
        fields.reject("events." + i, "String must contain at most " + LONGEST_ID + " character(s)");
      }
    }
    List<String> names =
        raw.stream()
            .filter(Objects::nonNull)
            .map(TextRules::trim)
            .filter(name -> !name.isEmpty())
            .distinct()
            .toList();
    return names.isEmpty() ? List.of("*") : names;
  }

  private static Map<String, String> headers(Fields fields) {
    Map<String, String> headers = new LinkedHashMap<>();
    JsonNode given = fields.optObject("headers");
    if (given == null) {
      return headers;
    }
    for (Map.Entry<String, JsonNode> header : given.properties()) {
      String path = "headers." + header.getKey();
      String name = TextRules.trim(header.getKey());
      if (!header.getValue().isTextual()) {
        fields.reject(path, "Expected string, received " + Fields.typeOf(header.getValue()));
        continue;
      }
      String value = TextRules.trim(header.getValue().textValue());
      if (value.length() > LONGEST_TEXT) {
        fields.reject(path, "String must contain at most " + LONGEST_TEXT + " character(s)");
      } else if (!name.isEmpty() && !value.isEmpty()) {
        if (!HEADER_NAME.matcher(name).matches()
            || OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))
            || !HEADER_VALUE.matcher(value).matches()) {
          fields.reject(path, "is not a header that can be sent");
        }
        headers.put(name, value);
      }
    }
    return headers;
  }

  private static String target(String raw, String channel, Outbound outbound) {
    String trimmed = TextRules.trim(raw);
    if (Wire.hasControls(trimmed)) {
      throw refused("control characters are not allowed");
    }
    WebUrl url =
        WebUrl.parse(trimmed)
            .orElseThrow(() -> refused("target must be an absolute https URL with a host"));
    Optional<String> complaint = outbound.complaint(url);
    if (complaint.isPresent()) {
      throw refused(complaint.get());
    }
    Set<String> hosts = HOSTS.get(channel);
    if (hosts != null && !hosts.contains(url.host())) {
      throw refused("a target of channel " + channel + " is at " + String.join(" or ", hosts));
    }
    return url.text();
  }

  private static ApiException refused(String why) {
    return ApiException.badRequest("invalid_alert_target", why, null);
  }
}
