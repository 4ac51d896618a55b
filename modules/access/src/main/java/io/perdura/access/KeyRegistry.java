package io.perdura.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The static API keys of MEMORY_API_KEYS_JSON: {@code {"<key>": {"tenant_id", "agent_id"?,
 * "team_id"?, "role"?}}}. A key may also be given as {@code sha256:<64 hex digits>} of itself, so
 * that the environment holds no usable credential.
 *
 * <p>Only digests are kept. A presented key is looked up by its digest, so the time that a look-up
 * takes tells nothing about how much of a guess was right.
 */
final class KeyRegistry {
  private static final Pattern HASHED = Pattern.compile("sha256:[0-9a-f]{64}");
  static final int FINGERPRINT_DIGITS = 16;

  private final Map<String, Principal> byDigest;
  private final List<String> weaknesses;

  private KeyRegistry(Map<String, Principal> byDigest, List<String> weaknesses) {
    this.byDigest = byDigest;
    this.weaknesses = weaknesses;
  }

  /**
   * Reads the registry; null or blank is an empty one.
   *
   * @throws IllegalArgumentException with a reason that never repeats a key
   */
  static KeyRegistry parse(String json) {
    Map<String, Principal> keys = new HashMap<>();
    List<String> weaknesses = new ArrayList<>();
    if (json != null && !json.isBlank()) {
      JsonNode root = tree(json);
      if (!root.isObject()) {
        throw new IllegalArgumentException("must be a JSON object");
      }
      int position = 0;
      for (Map.Entry<String, JsonNode> entry : root.properties()) {
        position++;
        String key = TextRules.trim(entry.getKey());
        if (!key.isEmpty()) {
          String digest = digest(key);
          keys.put(digest, principal(entry.getValue(), position, digest));
          String weakness = Secrets.fault(key, Secrets.MIN_KEY_BYTES);
          if (weakness != null) {
            weaknesses.add("the key of entry " + position + " " + weakness);
          }
        }
      }
    }
    return new KeyRegistry(Map.copyOf(keys), List.copyOf(weaknesses));
  }

  /** What production refuses; names keys by their position. */
  List<String> weaknesses() {
    return weaknesses;
  }

  Optional<Principal> find(String key) {
    return Optional.ofNullable(byDigest.get(Hashes.sha256Hex(key)));
  }

  boolean isEmpty() {
    return byDigest.isEmpty();
  }

  private static JsonNode tree(String json) {
    try {
      return Jsons.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // The parser's message quotes its input, which holds keys.
      throw new IllegalArgumentException("must be valid JSON");
    }
  }

  private static String digest(String key) {
    return HASHED.matcher(key).matches()
        ? key.substring("sha256:".length())
        : Hashes.sha256Hex(key);
  }

  private static Principal principal(JsonNode record, int position, String digest) {
    String tenant = record.isObject() ? text(record, "tenant_id") : null;
    if (tenant == null) {
      throw new IllegalArgumentException(
          "entry " + position + " must be an object with a non-blank tenant_id");
    }
    return new Principal(
        tenant,
        text(record, "agent_id"),
        text(record, "team_id"),
        text(record, "role"),
        digest.substring(0, FINGERPRINT_DIGITS));
  }

  private static String text(JsonNode record, String field) {
    JsonNode value = record.get(field);
    return value != null && value.isTextual() ? TextRules.trimToNull(value.textValue()) : null;
  }
}
