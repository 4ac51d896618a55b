package io.perdura.embedding;

import java.util.List;

/**
 * Turns texts into vectors.
 *
 * <p>Guarantees: one vector per text, in the order of the texts, each exactly {@link #dimension()}
 * long and finite; the same text gives the same vector whatever it is sent together with (remote
 * services permitting). Not guaranteed: that vectors have unit length. Safe for use by many
 * threads; how many work at once is the provider's own affair, further callers wait inside {@link
 * io.perdura.kernel.Deadline#current()}.
 */
public interface EmbeddingProvider {
  /** Returns {@code <provider>:<model>}, as stored beside each vector. */
  String name();

  /** Returns the length of every vector. */
  int dimension();

  /**
   * Embeds texts that will be searched for.
   *
   * @throws EmbeddingFailure when any text got no vector; {@link EmbeddingFailure#partial()} may
   *     hold the others
   */
  List<float[]> embedDocuments(List<String> texts);

  /**
   * Embeds texts that search (some models are trained to see the two differently).
   *
   * @throws EmbeddingFailure when any text got no vector; {@link EmbeddingFailure#partial()} may
   *     hold the others
   */
  List<float[]> embedQueries(List<String> texts);

  /**
   * Like {@link #embedDocuments}, with the outcome of each text on its own; never throws
   * EmbeddingFailure.
   */
  default List<EmbeddingResult> tryDocuments(List<String> texts) {
    return EmbeddingResult.each(texts, this::embedDocuments);
  }

  /**
   * Like {@link #embedQueries}, with the outcome of each text on its own; never throws
   * EmbeddingFailure.
   */
  default List<EmbeddingResult> tryQueries(List<String> texts) {
    return EmbeddingResult.each(texts, this::embedQueries);
  }

  /**
   * Returns how many texts are worth sending together: 1 where a batch costs as much as its texts
   * one by one.
   */
  default int usefulBatch() {
    return Integer.MAX_VALUE;
  }

  /** Returns how many calls this provider works on at once; more only wait. */
  default int concurrency() {
    return Integer.MAX_VALUE;
  }

  /** Returns the facts about the model behind the vectors. */
  default EmbeddingModel model() {
    return EmbeddingModel.of(name(), dimension());
  }
}
