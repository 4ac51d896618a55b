package io.perdura.api;

import io.perdura.kernel.AionisUri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a query string: repeated names keep all values, a broken escape stays as it is. */
final class Query {
  private Query() {}

  /** Returns a mutable map; {@code query} is the raw text after the question mark, or null. */
  static Map<String, List<String>> parse(String query) {
    Map<String, List<String>> result = new LinkedHashMap<>();
    if (query == null) {
      return result;
    }
    for (String pair : query.split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        result.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
      }
    }
    return result;
  }

  private static String decode(String text) {
    String spaced = text.replace('+', ' ');
    String decoded = AionisUri.decode(spaced);
    return decoded == null ? spaced : decoded;
  }
}
