package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QueryEmbedderTest {
  private static QueryEmbedder embedder(EmbeddingProvider provider, String... pairs) {
    Map<String, String> env = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      env.put(pairs[i], pairs[i + 1]);
    }
    return new QueryEmbedder(Embeddings.of(provider), Settings.of(env));
  }

  private static ApiException refusal(QueryEmbedder embedder, String text) {
    return catchThrowableOfType(ApiException.class, () -> embedder.embed(text));
  }

  private static List<CompletableFuture<QueryVector>> ask(
      QueryEmbedder embedder, String text, int callers) {
    List<CompletableFuture<QueryVector>> calls = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      CompletableFuture<QueryVector> call = new CompletableFuture<>();
      calls.add(call);
      Thread.ofVirtual()
          .start(() -> {
            try {
              call.complete(embedder.embed(text));
            } catch (RuntimeException e) {
              call.completeExceptionally(e);
            }
          });
    }
    return calls;
  }

  @Test
  void aTextAskedAgainComesFromTheCache() {
    GatedProvider provider = GatedProvider.open();
    QueryEmbedder embedder = embedder(provider);

    QueryVector first = embedder.embed("hello");
    QueryVector second = embedder.embed("hello");

    assertThat(first.source()).isEqualTo(QueryVector.Source.PROVIDER);
    assertThat(second.source()).isEqualTo(QueryVector.Source.CACHE);
    assertThat(second.values()).isSameAs(first.values());
    assertThat(first.provider()).isEqualTo("test:gated");
    assertThat(provider.batches).hasSize(1);
    assertThat(embedder.stats().cacheHits()).isEqualTo(1);
    assertThat(embedder.stats().cacheEntries()).isEqualTo(1);
  }

  @Test
  void queriesAgainstVectorsOfAnEarlierModelAreEmbeddedWithThatModel() {
    QueryEmbedder embedder = embedder(GatedProvider.open());

    QueryVector vector = embedder.embed("hello", FakeProvider.NAME, 24);

    assertThat(vector.provider()).isEqualTo(FakeProvider.NAME);
    assertThat(vector.values())
        .isEqualTo(new FakeProvider(24).embedQueries(List.of("hello")).getFirst());
    assertThatThrownBy(() -> embedder.embed("hello", "client", 24))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(503));
    assertThatThrownBy(() -> embedder.embed("hello", "local:another", 384))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(503));
  }

  @Test
  void withoutTheCacheEveryCallIsComputed() {
    GatedProvider provider = GatedProvider.open();
    QueryEmbedder embedder = embedder(provider, "RECALL_TEXT_EMBED_CACHE_ENABLED", "false");

    embedder.embed("hello");
    embedder.embed("hello");

    assertThat(provider.batches).hasSize(2);
  }

  @Test
  void theCacheKeepsAsMuchAsConfigured() {
    QueryEmbedder embedder =
        embedder(GatedProvider.open(), "RECALL_TEXT_EMBED_CACHE_MAX_KEYS", "3");

    for (int i = 0; i < 50; i++) {
      embedder.embed("q" + i);
    }

    assertThat(embedder.stats().cacheEntries()).isLessThanOrEqualTo(3);
  }

  @Test
  void whoAskForTheSameTextAtTheSameTimeShareOneComputation() throws Exception {
    GatedProvider provider = GatedProvider.closed();
    QueryEmbedder embedder = embedder(provider);

    List<CompletableFuture<QueryVector>> calls = ask(embedder, "hello", 50);
    provider.awaitBatches(1);
    while (embedder.stats().joinedFlights() < 49) {
      Thread.sleep(1);
    }
    provider.letThrough(1);

    for (CompletableFuture<QueryVector> call : calls) {
      assertThat(call.get(10, TimeUnit.SECONDS).values()).containsExactly(5, 1);
    }
    assertThat(provider.batches).hasSize(1);
  }

  @Test
  void aSharedFailureIsToldToAllAndNotKept() throws Exception {
    GatedProvider provider = GatedProvider.closed();
    QueryEmbedder embedder = embedder(provider);
    List<CompletableFuture<QueryVector>> calls = ask(embedder, "down", 5);
    provider.awaitBatches(1);
    while (embedder.stats().joinedFlights() < 4) {
      Thread.sleep(1);
    }
    provider.letThrough(1);
    for (CompletableFuture<QueryVector> call : calls) {
      assertThat(catchThrowableOfType(Exception.class, () -> call.get(10, TimeUnit.SECONDS)))
          .hasCauseInstanceOf(ApiException.class);
    }

    provider.letThrough(1);
    assertThat(refusal(embedder, "down").status()).isEqualTo(503);
    assertThat(provider.batches).hasSize(2);
  }

  @Test
  void batchingCanBeSwitchedOff() {
    GatedProvider provider = GatedProvider.open();
    QueryEmbedder embedder = embedder(provider, "RECALL_TEXT_EMBED_BATCH_ENABLED", "false");

    assertThat(embedder.embed("hello").values()).containsExactly(5, 1);
    assertThat(refusal(embedder, "bad").code()).isEqualTo("upstream_embedding_unavailable");
    assertThat(embedder.stats().batches()).isZero();
  }

  @Test
  void withoutAProviderQueriesByTextAreRefused() {
    Settings settings = Settings.of(Map.of("EMBEDDING_PROVIDER", "none", "EMBEDDING_DIM", "384"));
    Embeddings embeddings = Embeddings.of(settings);
    QueryEmbedder embedder = new QueryEmbedder(embeddings, settings);

    assertThat(embedder.isAvailable()).isFalse();
    assertThat(refusal(embedder, "hello").code()).isEqualTo("no_embedding_provider");
    assertThat(refusal(embedder, "hello").status()).isEqualTo(400);
    assertThat(embeddings.provider()).isEmpty();
    assertThat(embeddings.model()).isEmpty();
    assertThat(embeddings.dimension()).isEqualTo(384);
    assertThat(embeddings.isLoaded()).isTrue();
  }

  @Test
  void aFullQueueIsTooManyRequests() throws Exception {
    GatedProvider provider = GatedProvider.closed();
    QueryEmbedder embedder =
        embedder(
            provider,
            "RECALL_TEXT_EMBED_BATCH_QUEUE_MAX",
            "1",
            "RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT",
            "1");
    ask(embedder, "first", 1);
    provider.awaitBatches(1);
    ask(embedder, "second", 1);
    while (embedder.stats().queued() == 0) {
      Thread.sleep(1);
    }

    ApiException refusal = refusal(embedder, "third");

    assertThat(refusal.status()).isEqualTo(429);
    assertThat(refusal.retryAfterSeconds()).hasValue(1);
    assertThat(refusal.body().path("error").asText()).isEqualTo("recall_text_embed_queue_full");
    assertThat(refusal.body().path("details"))
        .isEqualTo(
            Jsons.stored(
                "{\"queued\":1,\"max_queue\":1,\"inflight_batches\":1,\"max_inflight_batches\":1}"));
    provider.letThrough(2);
  }

  @Test
  void aQueueThatDoesNotMoveIsUnavailable() throws Exception {
    GatedProvider provider = GatedProvider.closed();
    QueryEmbedder embedder =
        embedder(
            provider,
            "RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS",
            "30",
            "RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT",
            "1");
    ask(embedder, "first", 1);
    provider.awaitBatches(1);

    ApiException refusal = refusal(embedder, "second");

    assertThat(refusal.status()).isEqualTo(503);
    assertThat(refusal.retryAfterSeconds()).hasValue(2);
    assertThat(refusal.code()).isEqualTo("recall_text_embed_queue_timeout");
    assertThat(refusal.body().path("details").path("wait_ms").asLong()).isGreaterThanOrEqualTo(30);
    assertThat(refusal.body().path("details").path("queue_timeout_ms").asLong()).isEqualTo(30);
    provider.letThrough(1);
  }

  private static ApiException mapped(RuntimeException cause) {
    BatchLimits limits = new BatchLimits(1, Duration.ZERO, 1, 1, Duration.ofSeconds(1));
    return new QueryFailures(limits).toApi(cause);
  }

  private static void expect(RuntimeException cause, int status, String code, String details) {
    ApiException answer = mapped(cause);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.body().get("details"))
        .isEqualTo(details == null ? null : Jsons.stored(details));
  }

  @Test
  void everyFailureOfTheProviderHasTheContractsAnswer() {
    String status503 = "{\"provider_status\":503}";
    String statusNull = "{\"provider_status\":null}";
    String unavailable = "upstream_embedding_unavailable";

    expect(EmbeddingFailure.unavailable(503, "x", null), 503, unavailable, status503);
    expect(EmbeddingFailure.unavailable(0, "x", null), 503, unavailable, statusNull);
    expect(EmbeddingFailure.nonsense("x", null), 503, unavailable, null);
    expect(EmbeddingFailure.wrongDimension(1, 2), 503, unavailable, null);
    expect(new IllegalStateException("bug"), 503, unavailable, null);
    expect(
        EmbeddingFailure.refused(401, "x"),
        502,
        "upstream_embedding_bad_response",
        "{\"provider_status\":401}");
    expect(
        EmbeddingFailure.throttled(429, null, "x"),
        429,
        "upstream_embedding_rate_limited",
        "{\"provider_status\":429}");
    expect(
        EmbeddingFailure.throttled(0, null, "x"),
        429,
        "upstream_embedding_rate_limited",
        statusNull);
  }

  @Test
  void retryAfterIsTheContractsOrWhatTheProviderAskedFor() {
    assertThat(mapped(EmbeddingFailure.unavailable(0, "x", null)).retryAfterSeconds()).hasValue(1);
    assertThat(mapped(EmbeddingFailure.refused(404, "x")).retryAfterSeconds()).isEmpty();
    assertThat(mapped(EmbeddingFailure.throttled(429, null, "x")).retryAfterSeconds()).hasValue(2);
    assertThat(
            mapped(EmbeddingFailure.throttled(429, Duration.ofMillis(16_500), "x"))
                .retryAfterSeconds())
        .hasValue(17);
    assertThat(
            mapped(EmbeddingFailure.throttled(429, Duration.ofHours(1), "x")).retryAfterSeconds())
        .hasValue(60);
  }

  @Test
  void whatTheProviderSaidIsNotToldToTheClient() {
    assertThat(mapped(EmbeddingFailure.refused(401, "sk-secret is revoked")).body().toString())
        .doesNotContain("secret");
  }
}
