package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Canonical JSON: the one text of a value that every hash of the contract is taken over (section
 * 1.12).
 *
 * <p>Keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript's
 * JSON.stringify writes them. Integers are doubles in that world, so digits beyond 2^53 are rounded
 * the same way.
 */
public final class CanonicalJson {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private CanonicalJson() {}

  /** Returns the canonical text of {@code value}; a missing node is {@code null}. */
  public static String write(JsonNode value) {
    StringBuilder out = new StringBuilder(256);
    append(out, value);
    return out.toString();
  }

  /** Returns the lower-case hex SHA-256 of the canonical text of {@code value}. */
  public static String sha256Hex(JsonNode value) {
    return Hashes.sha256Hex(write(value));
  }

  private static void append(StringBuilder out, JsonNode value) {
    switch (value.getNodeType()) {
      case OBJECT -> appendObject(out, value);
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < value.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          append(out, value.get(i));
        }
        out.append(']');
      }
      case STRING -> appendString(out, value.textValue());
      case BOOLEAN -> out.append(value.booleanValue());
      case NUMBER -> out.append(number(value));
      case NULL, MISSING -> out.append("null");
      case BINARY, POJO ->
          throw new IllegalArgumentException("not a JSON value: " + value.getNodeType());
    }
  }

  private static String number(JsonNode value) {
    return value.isFloat()
        ? EcmaNumbers.format(value.floatValue())
        : EcmaNumbers.format(value.doubleValue());
  }

  private static void appendObject(StringBuilder out, JsonNode value) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    value.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> entry : sorted.entrySet()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      appendString(out, entry.getKey());
      out.append(':');
      append(out, entry.getValue());
    }
    out.append('}');
  }

  /**
   * Appends {@code text} quoted and escaped exactly as ECMAScript does: only quotes, backslash,
   * controls, lone surrogates.
   */
  static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || isLoneSurrogate(text, i)) {
            appendEscape(out, c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private static void appendEscape(StringBuilder out, char c) {
    out.append("\\u")
        .append(HEX[c >> 12])
        .append(HEX[(c >> 8) & 15])
        .append(HEX[(c >> 4) & 15])
        .append(HEX[c & 15]);
  }
}
