package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EmbeddingsTest {
  private static Embeddings embeddings(String provider) {
    return Embeddings.of(
        Settings.of(
            Map.of(
                "EMBEDDING_PROVIDER", provider,
                "OPENAI_API_KEY", "k",
                "MINIMAX_API_KEY", "k",
                "MINIMAX_GROUP_ID", "g")));
  }

  @Test
  void theConfiguredProviderIsTheOneThatRuns() {
    assertThat(embeddings("fake").provider().orElseThrow().name()).isEqualTo("fake:deterministic");
    assertThat(embeddings("openai").provider().orElseThrow().name())
        .isEqualTo("openai:text-embedding-3-small");
    assertThat(embeddings("minimax").provider().orElseThrow().name()).isEqualTo("minimax:embo-01");
    assertThat(embeddings("local").model().orElseThrow()).isEqualTo(LocalModel.FACTS);
    assertThat(embeddings("local").dimension()).isEqualTo(384);
    assertThat(embeddings("fake").dimension()).isEqualTo(1536);
  }

  @Test
  void theLocalModelIsLoadedInTheBackground() throws Exception {
    Embeddings embeddings = embeddings("local");
    assertThat(embeddings.isLoaded()).isFalse();

    embeddings.startLoading();
    float[] vector = embeddings.provider().orElseThrow().embedQueries(List.of("hello")).getFirst();

    assertThat(embeddings.isLoaded()).isTrue();
    assertThat(vector).hasSize(384);
    embeddings.stop();
  }

  @Test
  void remoteProvidersNeedNoLoading() throws Exception {
    Embeddings embeddings = embeddings("openai");
    embeddings.startLoading();

    assertThat(embeddings.isLoaded()).isTrue();
    embeddings.stop();
  }

  /** Writes down what it is told. */
  private static final class Notes implements EmbeddingMeter {
    final List<String> calls = new ArrayList<>();

    @Override
    public void call(String provider, String use, String outcome, int texts, long nanos) {
      calls.add(use + " " + outcome + " " + texts);
    }

    @Override
    public void query(String source) {
      calls.add(source);
    }

    @Override
    public void gauge(String name, String description, Supplier<Number> value) {
      calls.add(name + "=" + value.get());
    }
  }

  @Test
  void callsAreCountedByUseAndOutcome() {
    Notes notes = new Notes();
    EmbeddingProvider provider = new MeteredProvider(GatedProvider.open(), notes);

    provider.embedQueries(List.of("a", "b"));
    provider.embedQueries(List.of());
    assertThatThrownBy(() -> provider.embedQueries(List.of("down")))
        .isInstanceOf(EmbeddingFailure.class);
    assertThatThrownBy(() -> provider.embedQueries(List.of("bug")))
        .isInstanceOf(IllegalStateException.class);
    new MeteredProvider(new FakeProvider(2), notes).tryDocuments(List.of("x"));

    assertThat(notes.calls)
        .containsExactly("query ok 2", "query unavailable 1", "query error 1", "document ok 1");
  }

  @Test
  void queriesAndGaugesReachTheMeter() {
    Notes notes = new Notes();
    QueryEmbedder embedder =
        new QueryEmbedder(Embeddings.of(GatedProvider.open()), Settings.of(Map.of()), notes);
    embedder.embed("a");
    embedder.embed("a");
    embedder.offerGauges();

    assertThat(notes.calls)
        .containsExactly(
            "provider",
            "cache",
            "perdura_embedding_cache_entries=1",
            "perdura_embedding_queue_queries=0",
            "perdura_embedding_inflight_batches=0");
  }
}
