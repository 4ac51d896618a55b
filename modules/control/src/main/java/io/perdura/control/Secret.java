package io.perdura.control;

import io.perdura.kernel.Hashes;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A new credential: a prefix that tells what it is, and 24 random bytes. Never stored, never
 * logged.
 */
final class Secret {
  private static final int RANDOM_BYTES = 24;
  private static final int SHOWN = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String value;
  private final String prefix;

  private Secret(String value, String prefix) {
    this.value = value;
    this.prefix = prefix;
  }

  /** A credential that begins with {@code start}. */
  static Secret create(String start) {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    String value = start + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return new Secret(value, value.substring(0, start.length() + SHOWN));
  }

  /** The credential itself, for its owner's eyes. */
  String reveal() {
    return value;
  }

  String hash() {
    return Hashes.sha256Hex(value);
  }

  /** What names it in lists and telemetry. */
  String prefix() {
    return prefix;
  }
}
