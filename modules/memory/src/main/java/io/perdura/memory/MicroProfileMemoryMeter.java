package io.perdura.memory;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Reports to MicroProfile Metrics. */
@ApplicationScoped
class MicroProfileMemoryMeter implements MemoryMeter {
  private static final String STAGE = "perdura_memory_stage_seconds";

  private final MetricRegistry registry;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  @Inject
  MicroProfileMemoryMeter(MetricRegistry registry) {
    this.registry = registry;
  }

  protected MicroProfileMemoryMeter() {
    this(null);
  }

  @Override
  public void stage(String operation, String stage, long nanos) {
    timers
        .computeIfAbsent(operation + ':' + stage, key -> timer(operation, stage))
        .update(Duration.ofNanos(nanos));
  }

  private Timer timer(String operation, String stage) {
    Metadata metadata =
        Metadata.builder()
            .withName(STAGE)
            .withDescription("Time spent in a stage of an operation of the memory core")
            .build();
    return registry.timer(metadata, new Tag("operation", operation), new Tag("stage", stage));
  }

  @Override
  public void count(String name, long by) {
    registry.counter(name).inc(by);
  }

  @Override
  public void gauge(String name, String description, Supplier<Number> value) {
    Metadata metadata = Metadata.builder().withName(name).withDescription(description).build();
    registry.gauge(metadata, value);
  }
}
