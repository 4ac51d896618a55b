package io.perdura.benchmarks;

import io.perdura.kernel.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The contract's deterministic vectors (memory, 5.4), so that floor and worker put the same into
 * the index.
 */
final class FakeVectors {
  private FakeVectors() {}

  /** Writes the vector of {@code text} to {@code target} from {@code offset} on. */
  static void write(String text, float[] target, int offset, int dimension) {
    int state =
        ByteBuffer.wrap(Hashes.sha256(text.getBytes(StandardCharsets.UTF_8)))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getInt();
    for (int i = 0; i < dimension; i++) {
      state += 0x6D2B79F5;
      int t = (state ^ (state >>> 15)) * (state | 1);
      t ^= t + (t ^ (t >>> 7)) * (t | 61);
      double unit = Integer.toUnsignedLong(t ^ (t >>> 14)) / 4294967296.0;
      target[offset + i] = (float) (2 * unit - 1);
    }
  }
}
