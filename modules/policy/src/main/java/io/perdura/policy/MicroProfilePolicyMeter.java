package io.perdura.policy;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Publishes figures through MicroProfile Metrics, all names starting with perdura_policy_. */
@ApplicationScoped
class MicroProfilePolicyMeter implements PolicyMeter {
  private static final String PREFIX = "perdura_policy_";

  private final Timer evaluations;
  private final Timer compilations;
  private final Counter rules;
  private final Counter hits;
  private final Counter misses;
  private final Map<String, Counter> selections = new ConcurrentHashMap<>();
  private final MetricRegistry registry;

  /** For the container's proxy. */
  protected MicroProfilePolicyMeter() {
    this.registry = null;
    this.evaluations = null;
    this.compilations = null;
    this.rules = null;
    this.hits = null;
    this.misses = null;
  }

  @Inject
  MicroProfilePolicyMeter(MetricRegistry registry) {
    this.registry = registry;
    this.evaluations =
        registry.timer(metadata("evaluation_seconds", "Evaluations of a scope's rules"));
    this.compilations =
        registry.timer(metadata("compile_seconds", "Rule sets read and compiled anew"));
    this.rules = registry.counter(metadata("compiled_rules", "Rules in the sets read anew"));
    this.hits =
        registry.counter(metadata("cache_hits", "Looks for a rule set that memory had current"));
    this.misses =
        registry.counter(metadata("cache_misses", "Looks for a rule set that had to be read"));
  }

  @Override
  public void evaluated(long nanos) {
    evaluations.update(Duration.ofNanos(nanos));
  }

  @Override
  public void looked(boolean known) {
    (known ? hits : misses).inc();
  }

  @Override
  public void compiled(int count, long nanos) {
    compilations.update(Duration.ofNanos(nanos));
    rules.inc(count);
  }

  @Override
  public void selected(String outcome) {
    selections
        .computeIfAbsent(
            outcome,
            name ->
                registry.counter(
                    metadata("selections", "Selections of a tool, by what came of them"),
                    new Tag("outcome", name)))
        .inc();
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(PREFIX + name).withDescription(description).build();
  }
}
