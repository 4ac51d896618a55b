package io.perdura.memory;

import io.perdura.embedding.EmbeddingFailure;
import io.perdura.embedding.EmbeddingProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A provider whose vectors and failures a test chooses by text. Texts it does not know get
 * [1,0,0,0].
 */
final class StubProvider implements EmbeddingProvider {
  private final String name;
  private final int dimension;
  private final Map<String, float[]> vectors = new HashMap<>();
  private final Map<String, EmbeddingFailure> failures = new HashMap<>();
  final List<List<String>> calls = new ArrayList<>();

  StubProvider(String name, int dimension) {
    this.name = name;
    this.dimension = dimension;
  }

  StubProvider vector(String text, float... values) {
    vectors.put(text, values);
    return this;
  }

  StubProvider failure(String text, EmbeddingFailure failure) {
    failures.put(text, failure);
    return this;
  }

  void heal() {
    failures.clear();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    calls.add(List.copyOf(texts));
    List<float[]> arrived = new ArrayList<>();
    EmbeddingFailure failure = null;
    for (String text : texts) {
      EmbeddingFailure own = failures.get(text);
      failure = own == null ? failure : own;
      arrived.add(own == null ? vectors.getOrDefault(text, plain()) : null);
    }
    if (failure != null) {
      throw failure.with(arrived);
    }
    return arrived;
  }

  private float[] plain() {
    float[] vector = new float[dimension];
    vector[0] = 1;
    return vector;
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    throw new UnsupportedOperationException("nothing is searched here");
  }
}
