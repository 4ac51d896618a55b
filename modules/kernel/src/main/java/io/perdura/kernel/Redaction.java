package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces personal data by a tag with a short hash, {@code [EMAIL#06313647]}, and counts what it
 * replaced.
 *
 * <p>Grammars and their order are the contract's (section 1.13), including the phone pass that has
 * no leading boundary (quirk Q4: the conformance vectors keep it). One instance collects the
 * counters of one request; not thread-safe.
 */
public final class Redaction {
  private static final String SPACE =
      "[\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]";

  private enum Kind {
    // Possessive, and started only where a run starts (or where the last match ended): linear on
    // hostile text.
    EMAIL("email", "(?:\\G|(?<![A-Za-z0-9._%+-]))[A-Za-z0-9._%+-]++@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}"),
    SSN("ssn", "(?<![A-Za-z0-9_])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![A-Za-z0-9_])"),
    IP("ip", "(?<![A-Za-z0-9_])(?:[0-9]{1,3}\\.){3}[0-9]{1,3}(?![A-Za-z0-9_])"),
    // The first alternative takes a UUID as a whole, so that no end of one is a telephone number.
    PHONE(
        "phone",
        "(?<kept>(?<![A-Za-z0-9])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![A-Za-z0-9]))|"
            + "(?:\\+?1(?:S|-)?)?(?:[0-9]{3}|\\(S*[0-9]{3}S*\\))(?:S|-)?[0-9]{3}(?:S|-)?[0-9]{4}(?![A-Za-z0-9_])"
                .replace("S", SPACE));

    private final String counter;
    private final Pattern grammar;

    Kind(String counter, String grammar) {
      this.counter = counter;
      this.grammar = Pattern.compile(grammar);
    }
  }

  private final boolean enabled;
  private final Map<String, Integer> counts = new TreeMap<>();

  /**
   * {@code enabled} is the setting PII_REDACTION; when false every text passes unchanged and the
   * counters stay empty.
   */
  public Redaction(boolean enabled) {
    this.enabled = enabled;
  }

  /** Returns {@code text} with every match replaced. */
  public String redact(String text) {
    if (!enabled || !mayMatch(text)) {
      return text;
    }
    String result = text;
    for (Kind kind : Kind.values()) {
      result = replace(result, kind);
    }
    return result;
  }

  /**
   * Returns a copy of {@code value} with every string value redacted; keys and white space are
   * untouched.
   */
  public JsonNode redact(JsonNode value) {
    if (!enabled) {
      return value;
    }
    if (value.isTextual()) {
      return TextNode.valueOf(redact(value.textValue()));
    }
    if (value.isObject()) {
      ObjectNode copy = Jsons.object();
      value.properties().forEach(entry -> copy.set(entry.getKey(), redact(entry.getValue())));
      return copy;
    }
    if (value.isArray()) {
      ArrayNode copy = Jsons.array();
      value.forEach(item -> copy.add(redact(item)));
      return copy;
    }
    return value;
  }

  /** Returns how often each kind was replaced so far; kinds that did not occur are absent. */
  public Map<String, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** Every grammar needs an at sign or a digit; most text has neither and skips the passes. */
  private static boolean mayMatch(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '@' || (c >= '0' && c <= '9')) {
        return true;
      }
    }
    return false;
  }

  private String replace(String text, Kind kind) {
    Matcher matcher = kind.grammar.matcher(text);
    if (!matcher.find()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    int from = 0;
    do {
      if (kind == Kind.PHONE && matcher.start("kept") >= 0) {
        continue;
      }
      String tag =
          "[" + kind.name() + "#" + Hashes.sha256Hex(matcher.group()).substring(0, 8) + "]";
      out.append(text, from, matcher.start()).append(tag);
      from = matcher.end();
      counts.merge(kind.counter, 1, Integer::sum);
    } while (matcher.find());
    return out.append(text, from, text.length()).toString();
  }
}
