package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Timestamps;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How the control plane reads and shows values (policy-control, section 8.0). */
final class Wire {
  private static final double LARGEST_EXACT_INTEGER = 9_007_199_254_740_992.0;

  private static final int LONGEST_TIME = 64;

  private Wire() {}

  /** The values of an enumeration, in the contract's order. */
  static Set<String> choices(String... values) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(values)));
  }

  /** A body that may be left out. */
  static Fields fields(JsonNode body) {
    return Fields.of(body == null || body.isMissingNode() ? Jsons.object() : body);
  }

  /** Required text of 1 to {@code max} units, trimmed; white space alone is a fault. */
  static String id(Fields fields, String name, int max) {
    String value = fields.string(name, 1, max);
    String trimmed = TextRules.trimToNull(value);
    if (value != null && trimmed == null) {
      fields.reject(name, "must not be blank");
    }
    return trimmed;
  }

  /** Optional text that may be JSON null; trimmed, null when blank. */
  static String text(Fields fields, String name, int max) {
    String value = fields.optNullableString(name, 0);
    if (value != null && value.length() > max) {
      fields.reject(name, "String must contain at most " + max + " character(s)");
    }
    return TextRules.trimToNull(value);
  }

  /** Optional JSON object, an empty one when absent. */
  static JsonNode object(Fields fields, String name) {
    JsonNode value = fields.optObject(name);
    return value == null ? Jsons.object() : value;
  }

  /** Tells whether a text has control characters, which no target or path may have. */
  static boolean hasControls(String text) {
    return text.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
  }

  /** Optional ISO time with an offset; null when absent or JSON null. */
  static OffsetDateTime timestamp(Fields fields, String name) {
    String text = text(fields, name, LONGEST_TIME);
    try {
      return text == null ? null : OffsetDateTime.parse(text);
    } catch (DateTimeException e) {
      fields.reject(name, "Invalid datetime");
      return null;
    }
  }

  /** A path's id, trimmed. */
  static String pathId(String raw) {
    String id = TextRules.trimToNull(raw);
    if (id == null) {
      throw new ApiException(400, "invalid_request", "the path must name a resource");
    }
    return id;
  }

  static ApiException notFound(String what) {
    return new ApiException(404, "not_found", what + " was not found");
  }

  /** ISO text, null for null. */
  static String time(OffsetDateTime time) {
    return time == null ? null : Timestamps.iso(time.toInstant());
  }

  /** Rounds to six decimals. */
  static double round(double value) {
    return Math.round(value * 1e6) / 1e6;
  }

  static JsonNode rounded(double value) {
    return number(round(value));
  }

  /** A number as ECMAScript writes it: 5, not 5.0. */
  static JsonNode number(double value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return value == Math.rint(value) && Math.abs(value) < LARGEST_EXACT_INTEGER
        ? nodes.numberNode((long) value)
        : nodes.numberNode(value);
  }
}
