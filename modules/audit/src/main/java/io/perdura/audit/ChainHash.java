package io.perdura.audit;

import io.perdura.kernel.Hashes;
import java.util.HexFormat;

/**
 * The link of a row to the one before it: SHA-256 over the UTF-8 bytes of
 *
 * <pre>
 * hex of the hash before, LF, chain, LF, seq, LF, recorded_at in microseconds since 1970, LF, entry
 * </pre>
 *
 * <p>The hash before the first row is 32 zero bytes.
 */
final class ChainHash {
  static final int BYTES = 32;

  private ChainHash() {}

  static byte[] first() {
    return new byte[BYTES];
  }

  static byte[] of(byte[] previous, String chain, long seq, long recordedMicros, String entry) {
    String text = hex(previous) + '\n' + chain + '\n' + seq + '\n' + recordedMicros + '\n' + entry;
    return Hashes.sha256(Hashes.utf8(text));
  }

  static String hex(byte[] hash) {
    return HexFormat.of().formatHex(hash);
  }
}
