package io.perdura.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** What the workers of this server do, and how the outbox stands, for Prometheus. */
@ApplicationScoped
class OutboxMetrics implements OutboxMeter {
  private static final Set<String> KNOWN_TYPES =
      Set.of(OutboxEvent.EMBED_NODES, OutboxEvent.TOPIC_CLUSTER);
  private static final Set<String> KNOWN_CLASSES =
      Set.of(
          FailureClass.THROTTLED,
          FailureClass.UNAVAILABLE,
          FailureClass.BAD_DATA,
          FailureClass.REFUSED,
          FailureClass.UNKNOWN,
          FailureClass.LEASE_EXPIRED);

  private final MetricRegistry registry;
  private volatile OutboxState.Type state = new OutboxState(List.of()).totals();

  /** For the container's proxy. */
  protected OutboxMetrics() {
    this(null);
  }

  @Inject
  OutboxMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  /** Offers the gauges; they show the last state reported, zero before. */
  void register() {
    gauge("perdura_outbox_pending_events", "neither published nor dead", OutboxState.Type::pending);
    gauge("perdura_outbox_retrying_events", "pending and tried", OutboxState.Type::retrying);
    gauge("perdura_outbox_in_flight_events", "held by a worker", OutboxState.Type::inFlight);
    gauge("perdura_outbox_dead_events", "dead letters", OutboxState.Type::dead);
    gauge(
        "perdura_outbox_oldest_pending_seconds",
        "age of the oldest pending event",
        OutboxState.Type::oldestPendingSeconds);
    gauge(
        "perdura_outbox_lag_seconds",
        "how long the longest waiting due event waits for a worker",
        OutboxState.Type::overdueSeconds);
  }

  void state(OutboxState.Type totals) {
    state = totals;
  }

  @Override
  public void claimed(OutboxStore.Claim claim, long nanos) {
    registry.timer("perdura_outbox_claim_seconds").update(Duration.ofNanos(nanos));
    registry.histogram("perdura_outbox_batch_events").update(claim.taken().size());
    for (ClaimedEvent event : claim.taken()) {
      registry.counter("perdura_outbox_claimed_total", type(event.eventType())).inc();
    }
    for (ClaimedEvent event : claim.buried()) {
      dead(event.eventType(), FailureClass.LEASE_EXPIRED);
    }
  }

  @Override
  public void prepared(String eventType, int events, long nanos) {
    registry
        .timer("perdura_outbox_prepare_seconds", type(eventType))
        .update(Duration.ofNanos(nanos));
  }

  @Override
  public void settled(String eventType, List<Verdict> verdicts, long nanos) {
    registry.timer("perdura_outbox_apply_seconds", type(eventType)).update(Duration.ofNanos(nanos));
    for (Verdict verdict : verdicts) {
      switch (verdict.kind()) {
        case DONE -> registry.counter("perdura_outbox_processed_total", type(eventType)).inc();
        case RETRY ->
            registry
                .counter(
                    "perdura_outbox_retried_total",
                    type(eventType),
                    failureClass(verdict.failureClass()))
                .inc();
        case DEAD -> dead(eventType, verdict.failureClass());
      }
    }
  }

  private void dead(String eventType, String failureClass) {
    registry
        .counter("perdura_outbox_dead_total", type(eventType), failureClass(failureClass))
        .inc();
  }

  @Override
  public void leaseLost(String eventType, int events) {
    registry.counter("perdura_outbox_lease_lost_total", type(eventType)).inc();
  }

  @Override
  public void faulted(String eventType) {
    registry.counter("perdura_outbox_handler_faults_total", type(eventType)).inc();
  }

  private void gauge(String name, String what, ToDoubleFunction<OutboxState.Type> value) {
    Metadata metadata = Metadata.builder().withName(name).withDescription(what).build();
    registry.gauge(metadata, this, metrics -> value.applyAsDouble(metrics.state));
  }

  /** Types and classes are free texts; only those we know become labels. */
  private static Tag type(String eventType) {
    return new Tag("type", KNOWN_TYPES.contains(eventType) ? eventType : "other");
  }

  private static Tag failureClass(String failureClass) {
    return new Tag("class", KNOWN_CLASSES.contains(failureClass) ? failureClass : "other");
  }
}
