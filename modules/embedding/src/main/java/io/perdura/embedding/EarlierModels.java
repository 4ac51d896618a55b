package io.perdura.embedding;

import io.perdura.kernel.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Embeds queries with models that were configured before: their vectors serve a scope until the
 * backfill has moved it, and can be compared with vectors of their own model only. Addresses and
 * keys are those of today's configuration; a model is loaded when the first query needs it.
 */
final class EarlierModels {
  private final Settings settings;
  private final Map<Key, Embeddings> models = new ConcurrentHashMap<>();

  private record Key(String name, int dimension) {}

  EarlierModels(Settings settings) {
    this.settings = settings;
  }

  /**
   * Embeds one query.
   *
   * @param name provider and model, as stored beside vectors
   * @throws EmbeddingFailure also when this server cannot run that model
   */
  float[] embed(String name, int dimension, String text) {
    EmbeddingProvider provider =
        models
            .computeIfAbsent(new Key(name, dimension), this::open)
            .provider()
            .filter(opened -> opened.name().equals(name) && opened.dimension() == dimension)
            .orElseThrow(() ->
                EmbeddingFailure.unavailable(
                    0, "this server cannot embed for the earlier model " + name, null));
    return provider.tryQueries(List.of(text)).getFirst().vector();
  }

  private Embeddings open(Key key) {
    int colon = key.name.indexOf(':');
    String kind = colon < 0 ? "none" : key.name.substring(0, colon);
    String model = key.name.substring(colon + 1);
    boolean known = Set.of("fake", "local", "openai", "minimax").contains(kind);
    return Embeddings.of(
        settings.with(
            Map.of(
                "EMBEDDING_PROVIDER",
                known ? kind : "none",
                "EMBEDDING_DIM",
                Integer.toString(key.dimension),
                "OPENAI_EMBEDDING_MODEL",
                model,
                "MINIMAX_EMBED_MODEL",
                model)));
  }

  void close() {
    models.values().forEach(Embeddings::stop);
  }
}
