package io.perdura.kernel;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Deterministic identifiers: the same name always gives the same UUID, on every node and in every
 * release.
 *
 * <p>The first 16 bytes of the SHA-256 of {@code aionis-memory-graph:<name>}, with version nibble 5
 * and the RFC 4122 variant (contract, section 1.11).
 */
public final class StableIds {
  private static final String NAMESPACE = "aionis-memory-graph:";

  private StableIds() {}

  /** Returns the identifier that belongs to {@code name}. */
  public static UUID uuid(String name) {
    byte[] digest = Hashes.sha256(Hashes.utf8(NAMESPACE + name));
    digest[6] = (byte) ((digest[6] & 0x0f) | 0x50);
    digest[8] = (byte) ((digest[8] & 0x3f) | 0x80);
    ByteBuffer buffer = ByteBuffer.wrap(digest);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
