package io.perdura.embedding;

import io.perdura.kernel.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * The embedding provider of this deployment, if it has one.
 *
 * <p>The local model is loaded in the background from the start of the application on: calls wait
 * for it, and {@link #isLoaded()} tells readiness whether they would.
 */
@ApplicationScoped
public class Embeddings {
  private final int dimension;
  private final EmbeddingProvider raw;
  private final EmbeddingProvider provider;
  private final EmbeddingMeter meter;
  private final WatchedGuard circuit;

  /** For the container's proxy. */
  protected Embeddings() {
    this(null, 0, new WatchedGuard(AttemptGuard.OPEN), EmbeddingMeter.NONE);
  }

  @Inject
  Embeddings(Settings settings, AttemptGuard guard, EmbeddingMeter meter) {
    this(settings, new WatchedGuard(guard), meter);
  }

  private Embeddings(Settings settings, WatchedGuard circuit, EmbeddingMeter meter) {
    this(create(settings, circuit), EmbeddingSettings.dimension(settings), circuit, meter);
  }

  private Embeddings(
      EmbeddingProvider raw, int dimension, WatchedGuard circuit, EmbeddingMeter meter) {
    this.raw = raw;
    this.circuit = circuit;
    this.dimension = dimension;
    this.meter = meter;
    this.provider = raw == null ? null : new MeteredProvider(raw, meter);
  }

  /**
   * The provider that {@code settings} ask for, without container: no circuit breaker, no metrics.
   */
  public static Embeddings of(Settings settings) {
    return new Embeddings(settings, AttemptGuard.OPEN, EmbeddingMeter.NONE);
  }

  /** A given provider, for tests and tools. */
  public static Embeddings of(EmbeddingProvider provider) {
    return new Embeddings(
        provider, provider.dimension(), new WatchedGuard(AttemptGuard.OPEN), EmbeddingMeter.NONE);
  }

  private static EmbeddingProvider create(Settings settings, AttemptGuard guard) {
    return switch (settings.get(EmbeddingSettings.EMBEDDING_PROVIDER)) {
      case "none" -> null;
      case "openai" -> new OpenAiProvider(settings, new HttpTransport(settings, guard));
      case "minimax" -> new MiniMaxProvider(settings, new HttpTransport(settings, guard));
      case "local" -> local(localConcurrency(settings));
      default -> new FakeProvider(EmbeddingSettings.dimension(settings));
    };
  }

  private static EmbeddingProvider local(int concurrency) {
    return new LocalProvider(() -> LocalModel.load(Math.max(1, concurrency / 2)), concurrency);
  }

  private static int localConcurrency(Settings settings) {
    int configured = settings.get(EmbeddingSettings.PERDURA_EMBED_LOCAL_CONCURRENCY);
    return configured > 0
        ? configured
        : Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
  }

  @PostConstruct
  void offerGauges() {
    meter.gauge(
        "perdura_embedding_loaded",
        "1 when the provider can take calls, 0 while its model loads or cannot be loaded",
        () -> isLoaded() ? 1 : 0);
    meter.gauge(
        "perdura_embedding_circuit_open",
        "1 while the circuit breaker keeps calls away from the provider",
        () -> circuit.isRefusing() ? 1 : 0);
  }

  void start(@Observes Startup event) {
    startLoading();
  }

  /** Starts loading the local model and returns at once; nothing to do for other providers. */
  public void startLoading() {
    if (raw instanceof LocalProvider local) {
      local.startLoading();
    }
  }

  /** Returns the provider; empty when EMBEDDING_PROVIDER is {@code none}. */
  public Optional<EmbeddingProvider> provider() {
    return Optional.ofNullable(provider);
  }

  /** Returns the facts about the running model; empty without a provider. */
  public Optional<EmbeddingModel> model() {
    return provider().map(EmbeddingProvider::model);
  }

  /** Returns the configured length of every vector, also of those that clients bring. */
  public int dimension() {
    return dimension;
  }

  /** Tells whether a call would start at once; false while the local model loads or cannot load. */
  public boolean isLoaded() {
    return !(raw instanceof LocalProvider local) || local.isLoaded();
  }

  @PreDestroy
  void stop() {
    if (raw instanceof Stoppable stoppable) {
      stoppable.close();
    }
  }
}
