package io.perdura.kernel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as the contract uses it: over the UTF-8 bytes of a string, printed as lower-case hex. */
public final class Hashes {
  private static final HexFormat HEX = HexFormat.of();

  private Hashes() {}

  /** Returns the 64 lower-case hex digits of the SHA-256 of {@code text} in UTF-8. */
  public static String sha256Hex(String text) {
    return sha256Hex(utf8(text));
  }

  /** Returns the 64 lower-case hex digits of the SHA-256 of {@code bytes}. */
  public static String sha256Hex(byte[] bytes) {
    return HEX.formatHex(sha256(bytes));
  }

  /**
   * Returns {@code text} in UTF-8, a lone surrogate as U+FFFD (Java alone would write a question
   * mark).
   */
  public static byte[] utf8(String text) {
    return TextRules.wellFormed(text).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the 32 bytes of the SHA-256 of {@code bytes}. */
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform provides SHA-256", e);
    }
  }
}
