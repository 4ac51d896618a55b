package io.perdura.embedding;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** Publishes figures through MicroProfile Metrics, all names starting with perdura_embedding_. */
@ApplicationScoped
class MicroProfileMeter implements EmbeddingMeter {
  private final MetricRegistry registry;

  /** For the container's proxy. */
  protected MicroProfileMeter() {
    this(null);
  }

  @Inject
  MicroProfileMeter(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void call(String provider, String use, String outcome, int texts, long nanos) {
    Tag[] tags = {new Tag("provider", provider), new Tag("use", use), new Tag("outcome", outcome)};
    registry
        .timer(metadata("perdura_embedding_call_seconds", "Calls to the embedding provider"), tags)
        .update(Duration.ofNanos(nanos));
    registry
        .histogram(
            metadata("perdura_embedding_call_texts", "Texts in one call to the provider"),
            new Tag("use", use))
        .update(texts);
  }

  @Override
  public void query(String source) {
    registry
        .counter(
            metadata("perdura_embedding_queries", "Query vectors by where they came from"),
            new Tag("source", source))
        .inc();
  }

  @Override
  public void gauge(String name, String description, Supplier<Number> value) {
    registry.gauge(metadata(name, description), value);
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(name).withDescription(description).build();
  }
}
