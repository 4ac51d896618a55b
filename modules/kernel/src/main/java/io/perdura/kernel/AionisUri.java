package io.perdura.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The address of a node: {@code aionis://<tenant>/<scope>/<type>/<id>}, each segment
 * percent-encoded as ECMAScript's encodeURIComponent does (contract, section 1.10).
 */
public record AionisUri(String tenant, String scope, String type, String id) {
  private static final String SCHEME = "aionis://";
  private static final String UNRESERVED = "-_.!~*'()";
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final Pattern STRICT_UUID =
      Pattern.compile(
          "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}");

  /** Returns the URI text. */
  @Override
  public String toString() {
    return SCHEME + encode(tenant) + "/" + encode(scope) + "/" + encode(type) + "/" + encode(id);
  }

  /**
   * Reads a URI.
   *
   * @param types the node types that exist
   * @throws ApiException 400 {@code invalid_aionis_uri}
   */
  public static AionisUri parse(String text, Set<String> types) {
    String trimmed = TextRules.trim(text);
    if (!trimmed.startsWith(SCHEME)) {
      throw invalid("uri must start with " + SCHEME, null, null);
    }
    String[] parts = trimmed.substring(SCHEME.length()).split("/", -1);
    if (parts.length != 4) {
      throw invalid("uri must have exactly four segments: tenant, scope, type, id", null, null);
    }
    AionisUri uri =
        new AionisUri(
            segment("tenant_id", parts[0]),
            segment("scope", parts[1]),
            segment("type", parts[2]),
            segment("id", parts[3]));
    if (!types.contains(uri.type)) {
      throw invalid("uri type is not a node type", "type", uri.type);
    }
    if (!STRICT_UUID.matcher(uri.id).matches()) {
      throw invalid("uri id is not a UUID", "id", uri.id);
    }
    return uri;
  }

  /**
   * Percent-encodes like encodeURIComponent: UTF-8, upper-case hex; a lone surrogate becomes
   * U+FFFD.
   */
  public static String encode(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (byte b : Hashes.utf8(text)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || UNRESERVED.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
      }
    }
    return out.toString();
  }

  /** Decodes percent escapes; null when an escape is broken or the bytes are not UTF-8. */
  public static String decode(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      if (point == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return null;
        }
        bytes.put((byte) (high << 4 | low));
        i += 3;
      } else {
        bytes.put(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(point);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String segment(String field, String raw) {
    String decoded = decode(raw);
    String value = decoded == null ? null : TextRules.trimToNull(decoded);
    if (value == null) {
      throw invalid("uri " + field + " has invalid encoding", null, null);
    }
    return value;
  }

  private static ApiException invalid(String message, String field, String value) {
    return ApiException.badRequest(
        "invalid_aionis_uri", message, field == null ? null : Jsons.object().put(field, value));
  }
}
