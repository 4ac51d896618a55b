package io.perdura.embedding;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A provider for tests that works when it is let, and remembers its batches. */
final class GatedProvider implements EmbeddingProvider {
  final List<List<String>> batches = new CopyOnWriteArrayList<>();
  final Semaphore entered = new Semaphore(0);
  private final Semaphore gate;

  private GatedProvider(int permits) {
    gate = new Semaphore(permits);
  }

  /** Works at once. */
  static GatedProvider open() {
    return new GatedProvider(Integer.MAX_VALUE / 2);
  }

  /** Works on as many batches as {@link #letThrough} allows. */
  static GatedProvider closed() {
    return new GatedProvider(0);
  }

  void letThrough(int batchCount) {
    gate.release(batchCount);
  }

  /** Waits until {@code count} more batches have begun. */
  void awaitBatches(int count) throws InterruptedException {
    if (!entered.tryAcquire(count, 10, TimeUnit.SECONDS)) {
      throw new AssertionError("no further batch began");
    }
  }

  @Override
  public String name() {
    return "test:gated";
  }

  @Override
  public int dimension() {
    return 2;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    throw new UnsupportedOperationException("queries only");
  }

  /** Texts starting with "bad" get no vector, "down" fails the batch, "bug" is a fault of ours. */
  @Override
  public List<float[]> embedQueries(List<String> texts) {
    batches.add(List.copyOf(texts));
    entered.release();
    gate.acquireUninterruptibly();
    List<float[]> vectors = new ArrayList<>();
    EmbeddingFailure failure = null;
    for (String text : texts) {
      if (text.startsWith("down")) {
        throw EmbeddingFailure.unavailable(503, "down", null);
      }
      if (text.startsWith("bug")) {
        throw new IllegalStateException("bug");
      }
      if (text.startsWith("bad")) {
        failure = EmbeddingFailure.wrongDimension(2, 3);
        vectors.add(null);
      } else {
        vectors.add(new float[] {text.length(), 1});
      }
    }
    if (failure != null) {
      throw failure.with(vectors);
    }
    return vectors;
  }
}
