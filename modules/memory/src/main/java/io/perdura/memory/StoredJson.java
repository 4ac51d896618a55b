package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;

/**
 * JSON from a caller in the form in which a jsonb column takes it: canonical text, so that every
 * number is the double that ECMAScript would have read, and no character that PostgreSQL refuses.
 */
final class StoredJson {
  private static final char REPLACEMENT = '\ufffd';

  private StoredJson() {}

  /**
   * Returns the text to store. A lone surrogate becomes U+FFFD.
   *
   * @param field names the value in the answer
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_text} when it holds U+0000
   */
  static String of(String field, JsonNode value) {
    String canonical = CanonicalJson.write(value);
    if (!canonical.contains("\\u")) {
      return canonical;
    }
    StringBuilder out = new StringBuilder(canonical.length());
    int i = 0;
    while (i < canonical.length()) {
      char c = canonical.charAt(i);
      if (c != '\\') {
        out.append(c);
        i++;
      } else if (canonical.charAt(i + 1) != 'u') {
        out.append(c).append(canonical.charAt(i + 1));
        i += 2;
      } else {
        append(out, field, canonical.substring(i, i + 6));
        i += 6;
      }
    }
    return out.toString();
  }

  /** Canonical JSON escapes nothing but controls and lone surrogates this way. */
  private static void append(StringBuilder out, String field, String escape) {
    int unit = Integer.parseInt(escape, 2, 6, 16);
    if (unit == 0) {
      throw Faults.bad(
          "invalid_text", "text must not contain U+0000", Jsons.object().put("field", field));
    }
    if (Character.isSurrogate((char) unit)) {
      out.append(REPLACEMENT);
    } else {
      out.append(escape);
    }
  }
}
