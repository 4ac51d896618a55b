package io.perdura.control;

import io.perdura.kernel.Hashes;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret of a new API key: {@code ak_live_} and 24 random bytes. Never stored, never logged.
 */
final class KeySecret {
  private static final String START = "ak_live_";
  private static final int RANDOM_BYTES = 24;
  private static final int PREFIX_LENGTH = START.length() + 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String value;

  private KeySecret(String value) {
    this.value = value;
  }

  static KeySecret create() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return new KeySecret(START + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** The key itself, for its owner's eyes. */
  String reveal() {
    return value;
  }

  String hash() {
    return Hashes.sha256Hex(value);
  }

  /** What names the key in lists and telemetry. */
  String prefix() {
    return value.substring(0, PREFIX_LENGTH);
  }
}
