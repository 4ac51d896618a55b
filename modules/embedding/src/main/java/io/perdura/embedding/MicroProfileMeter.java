package io.perdura.embedding;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * Publishes figures through MicroProfile Metrics, all names starting with perdura_embedding_. Each
 * series is looked up in the registry once: the look-up costs more than the counting.
 */
@ApplicationScoped
class MicroProfileMeter implements EmbeddingMeter {
  private static final Metadata CALLS =
      metadata("perdura_embedding_call_seconds", "Calls to the embedding provider");
  private static final Metadata TEXTS =
      metadata("perdura_embedding_call_texts", "Texts in one call to the embedding provider");
  private static final Metadata QUERIES =
      metadata("perdura_embedding_queries", "Query vectors by where they came from");

  private final MetricRegistry registry;
  private final ConcurrentMap<Call, Timer> calls = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Histogram> texts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Counter> queries = new ConcurrentHashMap<>();

  private record Call(String provider, String use, String outcome) {}

  /** For the container's proxy. */
  protected MicroProfileMeter() {
    this(null);
  }

  @Inject
  MicroProfileMeter(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void call(String provider, String use, String outcome, int textCount, long nanos) {
    calls
        .computeIfAbsent(new Call(provider, use, outcome), this::timer)
        .update(Duration.ofNanos(nanos));
    texts
        .computeIfAbsent(use, key -> registry.histogram(TEXTS, new Tag("use", key)))
        .update(textCount);
  }

  private Timer timer(Call call) {
    return registry.timer(
        CALLS,
        new Tag("provider", call.provider()),
        new Tag("use", call.use()),
        new Tag("outcome", call.outcome()));
  }

  @Override
  public void query(String source) {
    queries.computeIfAbsent(source, key -> registry.counter(QUERIES, new Tag("source", key))).inc();
  }

  @Override
  public void gauge(String name, String description, Supplier<Number> value) {
    registry.gauge(metadata(name, description), value);
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(name).withDescription(description).build();
  }
}
