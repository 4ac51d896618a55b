package io.perdura.embedding;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Turns the text of a query into its vector: from the cache, from another caller who is computing
 * the same text, or from the provider, together with other queries where that pays.
 *
 * <p>All of it happens inside the caller's deadline. Every failure is an {@link ApiException} with
 * the contract's code, ready to be answered.
 */
@ApplicationScoped
public class QueryEmbedder {
  private final Embeddings embeddings;
  private final EmbeddingMeter meter;
  private final Cache<String, float[]> cache;
  private final ConcurrentMap<String, CompletableFuture<float[]>> flights =
      new ConcurrentHashMap<>();
  private final QueryBatcher batcher;
  private final Function<String, float[]> compute;
  private final QueryFailures failures;
  private final EarlierModels earlier;
  private final LongAdder hits = new LongAdder();
  private final LongAdder joined = new LongAdder();
  private final LongAdder computed = new LongAdder();

  /** For the container's proxy. */
  protected QueryEmbedder() {
    embeddings = null;
    meter = EmbeddingMeter.NONE;
    cache = null;
    batcher = null;
    compute = null;
    failures = null;
    earlier = null;
  }

  @Inject
  QueryEmbedder(Embeddings embeddings, Settings settings, EmbeddingMeter meter) {
    this.embeddings = embeddings;
    this.meter = meter;
    this.earlier = new EarlierModels(settings);
    this.cache =
        settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_CACHE_ENABLED) ? cache(settings) : null;
    EmbeddingProvider provider = embeddings.provider().orElse(null);
    if (provider == null) {
      this.batcher = null;
      this.compute = null;
      this.failures = null;
      return;
    }
    BatchLimits limits = BatchLimits.of(settings, provider);
    this.failures = new QueryFailures(limits);
    if (settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_ENABLED)) {
      this.batcher = new QueryBatcher(provider, limits);
      this.compute = batcher::embed;
    } else {
      this.batcher = null;
      this.compute = text -> provider.tryQueries(List.of(text)).getFirst().vector();
    }
  }

  /** An embedder without container and metrics. */
  public QueryEmbedder(Embeddings embeddings, Settings settings) {
    this(embeddings, settings, EmbeddingMeter.NONE);
  }

  private static Cache<String, float[]> cache(Settings settings) {
    int ttl = settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_CACHE_TTL_MS);
    return Caffeine.newBuilder()
        .maximumSize(settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_CACHE_MAX_KEYS))
        .expireAfterWrite(Duration.ofMillis(Math.max(1000, ttl)))
        .executor(Runnable::run)
        .build();
  }

  /** Tells whether queries by text are possible at all. */
  public boolean isAvailable() {
    return compute != null;
  }

  /**
   * Returns the vector of {@code cleaned}, a text that was normalised and redacted before.
   *
   * @throws ApiException 400 without a provider; 429, 502 or 503 when the provider or the queue in
   *     front of it fails
   */
  public QueryVector embed(String cleaned) {
    if (!isAvailable()) {
      throw ApiException.badRequest(
          "no_embedding_provider", "no embedding provider is configured", null);
    }
    try {
      QueryVector vector = find(cleaned);
      meter.query(vector.source().label());
      return vector;
    } catch (RuntimeException e) {
      throw failures.toApi(e);
    }
  }

  /**
   * As {@link #embed(String)}, with the model of the vectors that will be searched: the configured
   * one, or an earlier one whose vectors still serve.
   *
   * @param model provider and model, as stored beside vectors
   */
  public QueryVector embed(String cleaned, String model, int dimension) {
    if (!isAvailable()
        || (dimension == embeddings.dimension()
            && model.equals(embeddings.provider().orElseThrow().name()))) {
      return embed(cleaned);
    }
    try {
      return new QueryVector(
          earlier.embed(model, dimension, cleaned), model, QueryVector.Source.PROVIDER);
    } catch (RuntimeException e) {
      throw failures.toApi(e);
    }
  }

  private QueryVector find(String text) {
    String provider = embeddings.provider().orElseThrow().name();
    String key = provider + ":" + Hashes.sha256Hex(text);
    Optional<float[]> kept = cached(key);
    if (kept.isPresent()) {
      hits.increment();
      return new QueryVector(kept.get(), provider, QueryVector.Source.CACHE);
    }
    CompletableFuture<float[]> mine = new CompletableFuture<>();
    CompletableFuture<float[]> theirs = flights.putIfAbsent(key, mine);
    if (theirs != null) {
      joined.increment();
      return new QueryVector(join(theirs), provider, QueryVector.Source.FLIGHT);
    }
    try {
      // Someone may have landed between the look into the cache and our take-off.
      kept = cached(key);
      float[] vector = kept.isPresent() ? kept.get() : computeAndKeep(key, text);
      mine.complete(vector);
      return new QueryVector(
          vector,
          provider,
          kept.isPresent() ? QueryVector.Source.CACHE : QueryVector.Source.PROVIDER);
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      flights.remove(key, mine);
    }
  }

  private Optional<float[]> cached(String key) {
    return cache == null ? Optional.empty() : Optional.ofNullable(cache.getIfPresent(key));
  }

  private float[] computeAndKeep(String key, String text) {
    computed.increment();
    float[] vector = compute.apply(text);
    if (vector.length != embeddings.dimension()) {
      throw EmbeddingFailure.wrongDimension(embeddings.dimension(), vector.length);
    }
    if (cache != null) {
      cache.put(key, vector);
    }
    return vector;
  }

  @PreDestroy
  void stop() {
    earlier.close();
  }

  private static float[] join(CompletableFuture<float[]> flight) {
    try {
      return flight.get(Deadline.current().remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw EmbeddingFailure.unavailable(0, "another caller's embedding failed", e);
    } catch (TimeoutException e) {
      throw EmbeddingFailure.unavailable(0, "the deadline passed while embedding", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while embedding", e);
    }
  }

  /** Returns figures for observability. */
  public QueryEmbedderStats stats() {
    QueueState queue = batcher == null ? new QueueState(0, 0) : batcher.current();
    return new QueryEmbedderStats(
        cache == null ? 0 : cache.estimatedSize(),
        hits.sum(),
        joined.sum(),
        computed.sum(),
        queue.queued(),
        queue.inflightBatches(),
        batcher == null ? 0 : batcher.batches(),
        batcher == null ? 0 : batcher.texts());
  }

  @PostConstruct
  void offerGauges() {
    meter.gauge(
        "perdura_embedding_cache_entries",
        "Query vectors kept in this process",
        () -> stats().cacheEntries());
    meter.gauge(
        "perdura_embedding_queue_queries",
        "Queries waiting for their turn to be embedded",
        () -> stats().queued());
    meter.gauge(
        "perdura_embedding_inflight_batches",
        "Batches of queries at the provider",
        () -> stats().inflightBatches());
  }
}
