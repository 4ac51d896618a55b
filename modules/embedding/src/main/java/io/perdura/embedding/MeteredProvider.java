package io.perdura.embedding;

import java.util.List;
import java.util.function.Function;

/** Counts and times every call to another provider. */
final class MeteredProvider implements EmbeddingProvider {
  private final EmbeddingProvider provider;
  private final EmbeddingMeter meter;

  MeteredProvider(EmbeddingProvider provider, EmbeddingMeter meter) {
    this.provider = provider;
    this.meter = meter;
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public int dimension() {
    return provider.dimension();
  }

  @Override
  public int usefulBatch() {
    return provider.usefulBatch();
  }

  @Override
  public int concurrency() {
    return provider.concurrency();
  }

  @Override
  public EmbeddingModel model() {
    return provider.model();
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return metered("document", texts, provider::embedDocuments);
  }

  @Override
  public List<float[]> embedQueries(List<String> texts) {
    return metered("query", texts, provider::embedQueries);
  }

  private List<float[]> metered(
      String use, List<String> texts, Function<List<String>, List<float[]>> embed) {
    if (texts.isEmpty()) {
      return List.of();
    }
    long started = System.nanoTime();
    String outcome = "error";
    try {
      List<float[]> vectors = embed.apply(texts);
      outcome = "ok";
      return vectors;
    } catch (EmbeddingFailure e) {
      outcome = e.kind().label();
      throw e;
    } finally {
      meter.call(provider.name(), use, outcome, texts.size(), System.nanoTime() - started);
    }
  }
}
