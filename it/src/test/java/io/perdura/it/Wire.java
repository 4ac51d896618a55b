package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compares whole bodies. A text of the expectation in angle brackets stands for what no test can
 * know: {@code <uuid>}, {@code <hash>}, {@code <iso>}, {@code <time>}, {@code <number>}, {@code
 * <text>}, {@code <any>}. Keys that are not expected are reported, except those that are listed as
 * additions.
 */
final class Wire {
  private static final Map<String, Pattern> TEXTS =
      Map.of(
          "<uuid>", Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
          "<hash>", Pattern.compile("[0-9a-f]{64}"),
          "<iso>", Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"),
          "<time>", Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?\\+00"),
          "<text>", Pattern.compile("(?s).+"));

  private Wire() {}

  /** Fails with every difference. Single quotes in {@code expected} are double quotes. */
  static void assertBody(JsonNode actual, String expected, String... additions) {
    List<String> differences = new ArrayList<>();
    compare(
        "$", Jsons.stored(expected.replace('\'', '"')), actual, List.of(additions), differences);
    if (!differences.isEmpty()) {
      throw new AssertionError(
          String.join("\n", differences) + "\nactual: " + actual.toPrettyString());
    }
  }

  private static void compare(
      String path, JsonNode expected, JsonNode actual, List<String> additions, List<String> out) {
    if (actual == null) {
      out.add(path + ": missing");
    } else if (expected.isObject() && actual.isObject()) {
      TreeSet<String> extra = new TreeSet<>();
      actual.fieldNames().forEachRemaining(extra::add);
      expected
          .properties()
          .forEach(field -> {
            extra.remove(field.getKey());
            compare(
                path + "." + field.getKey(),
                field.getValue(),
                actual.get(field.getKey()),
                additions,
                out);
          });
      extra.removeAll(additions);
      extra.forEach(key -> out.add(path + "." + key + ": not expected"));
    } else if (expected.isArray() && actual.isArray()) {
      if (expected.size() != actual.size()) {
        out.add(path + ": expected " + expected.size() + " elements, got " + actual.size());
      }
      for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
        compare(path + "[" + i + "]", expected.get(i), actual.get(i), additions, out);
      }
    } else if (!matches(expected, actual)) {
      out.add(path + ": expected " + expected + ", got " + actual);
    }
  }

  private static boolean matches(JsonNode expected, JsonNode actual) {
    if (expected.isTextual()) {
      String text = expected.textValue();
      if (text.equals("<any>")) {
        return true;
      }
      if (text.equals("<number>")) {
        return actual.isNumber();
      }
      Pattern pattern = TEXTS.get(text);
      if (pattern != null) {
        return actual.isTextual() && pattern.matcher(actual.textValue()).matches();
      }
    }
    if (expected.isNumber() && actual.isNumber()) {
      return Math.abs(expected.doubleValue() - actual.doubleValue()) <= 1e-6;
    }
    return expected.equals(actual);
  }
}
