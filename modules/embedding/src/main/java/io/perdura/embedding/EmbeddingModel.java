package io.perdura.embedding;

import java.util.Optional;

/**
 * What is known of the model that makes the vectors. Vectors of two models, or of two dimensions,
 * are never comparable: {@code name} and {@code dimension} identify a generation.
 *
 * @param name {@code <provider>:<model>}
 * @param version the model's own version, when it is known
 * @param dimension length of each vector
 * @param sha256 lower-case hex digest of the model artifact, when it runs in this process
 * @param licence SPDX identifier of the model's licence, when it runs in this process
 */
public record EmbeddingModel(
    String name,
    Optional<String> version,
    int dimension,
    Optional<String> sha256,
    Optional<String> licence) {

  /** A model of which only name and dimension are known (it runs elsewhere). */
  static EmbeddingModel of(String name, int dimension) {
    return new EmbeddingModel(
        name, Optional.empty(), dimension, Optional.empty(), Optional.empty());
  }
}
