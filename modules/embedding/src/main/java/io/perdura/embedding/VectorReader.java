package io.perdura.embedding;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a provider's JSON and refuses what cannot be a vector of this deployment. */
final class VectorReader {
  private VectorReader() {}

  static JsonNode json(HttpReply reply) {
    JsonNode tree;
    try {
      tree = Jsons.MAPPER.readTree(reply.body());
    } catch (IOException e) {
      throw EmbeddingFailure.nonsense("the provider's answer is not JSON: " + reply.excerpt(), e);
    }
    if (tree == null || !tree.isObject()) {
      throw EmbeddingFailure.nonsense(
          "the provider's answer is not a JSON object: " + reply.excerpt(), null);
    }
    return tree;
  }

  /**
   * Reads one array of numbers for each text. Bad ones fail alone: the failure carries the rest.
   *
   * @param arrays null entries are arrays that the answer lacks
   */
  static List<float[]> vectors(List<JsonNode> arrays, int dimension) {
    List<float[]> vectors = new ArrayList<>(arrays.size());
    EmbeddingFailure failure = null;
    for (JsonNode array : arrays) {
      try {
        vectors.add(vector(array, dimension));
      } catch (EmbeddingFailure e) {
        vectors.add(null);
        failure = e;
      }
    }
    if (failure != null) {
      throw failure.with(vectors);
    }
    return vectors;
  }

  private static float[] vector(JsonNode array, int dimension) {
    if (array == null || !array.isArray()) {
      throw EmbeddingFailure.nonsense("the provider's answer lacks a vector", null);
    }
    if (array.size() != dimension) {
      throw EmbeddingFailure.wrongDimension(dimension, array.size());
    }
    float[] vector = new float[dimension];
    boolean zero = true;
    for (int i = 0; i < dimension; i++) {
      JsonNode value = array.get(i);
      vector[i] = (float) value.asDouble();
      if (!value.isNumber() || !Float.isFinite(vector[i])) {
        throw EmbeddingFailure.nonsense("the provider's vector holds " + value, null);
      }
      zero &= vector[i] == 0;
    }
    if (zero) {
      throw EmbeddingFailure.nonsense("the provider's vector is all zeros: no direction", null);
    }
    return vector;
  }
}
