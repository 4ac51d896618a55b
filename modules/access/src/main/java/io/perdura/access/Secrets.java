package io.perdura.access;

import java.nio.charset.StandardCharsets;

/** How good a configured secret must be in production (policy-control, D37). */
final class Secrets {
  /** A secret of fewer bytes can be guessed. */
  static final int MIN_BYTES = 32;

  /** A static API key of fewer bytes can be guessed; attempts are slower than against a hash. */
  static final int MIN_KEY_BYTES = 16;

  /** Random hexadecimal digits of the shortest secret have more; a repeated character has not. */
  private static final int MIN_DISTINCT = 8;

  private Secrets() {}

  /** Returns what is wrong with {@code secret}, null when nothing is; never repeats it. */
  static String fault(String secret, int minBytes) {
    String trimmed = secret.trim();
    if (trimmed.getBytes(StandardCharsets.UTF_8).length < minBytes) {
      return "must have at least " + minBytes + " bytes in production";
    }
    return trimmed.chars().distinct().count() < MIN_DISTINCT
        ? "must not repeat a few characters in production"
        : null;
  }
}
