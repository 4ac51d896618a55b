package io.perdura.embedding;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What became of one text of a call: a vector or a failure, never both. Immutable by convention.
 */
public final class EmbeddingResult {
  private final float[] vector;
  private final EmbeddingFailure failure;

  private EmbeddingResult(float[] vector, EmbeddingFailure failure) {
    this.vector = vector;
    this.failure = failure;
  }

  public static EmbeddingResult of(float[] vector) {
    return new EmbeddingResult(vector, null);
  }

  public static EmbeddingResult failed(EmbeddingFailure failure) {
    return new EmbeddingResult(null, failure);
  }

  public Optional<EmbeddingFailure> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Returns the vector, which the caller must not change; throws the {@link EmbeddingFailure} when
   * there is none.
   */
  public float[] vector() {
    if (failure != null) {
      throw failure;
    }
    return vector;
  }

  /** Calls {@code embed} and turns its answer, or what its failure left, into one result a text. */
  static List<EmbeddingResult> each(
      List<String> texts, Function<List<String>, List<float[]>> embed) {
    try {
      return embed.apply(texts).stream().map(EmbeddingResult::of).toList();
    } catch (EmbeddingFailure e) {
      List<float[]> arrived = e.partial().orElseGet(() -> Collections.nCopies(texts.size(), null));
      List<EmbeddingResult> results = new ArrayList<>(texts.size());
      for (float[] vector : arrived) {
        results.add(vector == null ? failed(e) : of(vector));
      }
      return results;
    }
  }
}
