package io.perdura.recall;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Publishes figures through MicroProfile Metrics, all names starting with perdura_recall_. */
@ApplicationScoped
class MicroProfileRecallMeter implements RecallMeter {
  private static final String PREFIX = "perdura_recall_";

  private final MetricRegistry registry;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();

  /** For the container's proxy. */
  protected MicroProfileRecallMeter() {
    this(null);
  }

  @Inject
  MicroProfileRecallMeter(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void stage(String stage, long nanos) {
    timers
        .computeIfAbsent(
            stage,
            name ->
                registry.timer(
                    metadata("stage_seconds", "Time of each stage of a recall"),
                    new Tag("stage", name)))
        .update(Duration.ofNanos(nanos));
  }

  @Override
  public void count(String name, long by) {
    counters
        .computeIfAbsent(name, key -> registry.counter(metadata(key + "_total", "Recalls: " + key)))
        .inc(by);
  }

  @Override
  public void found(String arm, int hits) {
    histograms
        .computeIfAbsent(
            arm,
            name ->
                registry.histogram(
                    metadata("arm_hits", "Nodes that an arm found for a query"),
                    new Tag("arm", name)))
        .update(hits);
  }

  @Override
  public void gauge(String name, String description, Supplier<Number> value) {
    registry.gauge(metadata(name, description), value);
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(PREFIX + name).withDescription(description).build();
  }
}
