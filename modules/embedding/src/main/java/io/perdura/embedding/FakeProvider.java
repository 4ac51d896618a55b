package io.perdura.embedding;

import io.perdura.kernel.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The contract's deterministic provider (policy-control, section 10.2): vectors that depend on the
 * text alone, bit for bit the same in every implementation. Neither of unit length nor semantic.
 */
final class FakeProvider implements EmbeddingProvider {
  static final String NAME = "fake:deterministic";
  private static final double TWO_TO_THE_32 = 4294967296.0;

  private final int dimension;

  FakeProvider(int dimension) {
    this.dimension = dimension;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return texts.stream().map(this::vector).toList();
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    return embedDocuments(texts);
  }

  @Override
  public int usefulBatch() {
    return 1;
  }

  @Override
  public EmbeddingModel model() {
    return new EmbeddingModel(
        NAME, Optional.of("1"), dimension, Optional.empty(), Optional.empty());
  }

  private float[] vector(String text) {
    byte[] digest = Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
    int state = ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getInt();
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      state += 0x6D2B79F5;
      int t = (state ^ (state >>> 15)) * (state | 1);
      t ^= t + (t ^ (t >>> 7)) * (t | 61);
      vector[i] = (float) (Integer.toUnsignedLong(t ^ (t >>> 14)) / TWO_TO_THE_32 * 2 - 1);
    }
    return vector;
  }
}
