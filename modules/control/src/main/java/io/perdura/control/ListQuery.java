package io.perdura.control;

import io.perdura.kernel.TextRules;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The query of a list or report. Read leniently, as the contract wants it (policy-control, section
 * 8.0): what cannot be understood counts as absent, numbers are clamped.
 */
public final class ListQuery {
  private static final int LONGEST_PAGE = 500;
  private static final int USUAL_PAGE = 100;

  private final Map<String, List<String>> parameters;

  private ListQuery(Map<String, List<String>> parameters) {
    this.parameters = parameters;
  }

  public static ListQuery of(Map<String, List<String>> parameters) {
    return new ListQuery(parameters);
  }

  int limit() {
    return integer("limit", USUAL_PAGE, 1, LONGEST_PAGE);
  }

  int offset() {
    return integer("offset", 0, 0, Integer.MAX_VALUE);
  }

  /** Trimmed text; null when absent, blank or given more than once. */
  String text(String name) {
    return TextRules.trimToNull(raw(name));
  }

  /** One of {@code allowed}; null otherwise. */
  String choice(String name, Set<String> allowed) {
    String value = text(name);
    return value != null && allowed.contains(value) ? value : null;
  }

  /** A whole number, clamped; an empty text is 0, anything that is no number the fallback. */
  int integer(String name, int fallback, int min, int max) {
    return (int) Math.floor(number(name, fallback, min, max));
  }

  double number(String name, double fallback, double min, double max) {
    String raw = raw(name);
    if (raw == null) {
      return fallback;
    }
    String text = TextRules.trim(raw);
    double value = text.isEmpty() ? 0 : parse(text, fallback);
    return Math.max(min, Math.min(max, value));
  }

  private String raw(String name) {
    List<String> values = parameters.get(name);
    return values == null || values.size() != 1 ? null : values.get(0);
  }

  private static double parse(String text, double fallback) {
    try {
      // Java also takes "1d", "NaN" and hexadecimal floats.
      boolean decimal =
          text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
      return decimal ? Double.parseDouble(text) : fallback;
    } catch (NumberFormatException e) {
      return fallback;
    }
  }
}
