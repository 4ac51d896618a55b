package io.perdura.api;

import io.perdura.access.InflightGates;
import io.perdura.access.WorkClass;
import io.perdura.control.RequestTelemetry;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Figures of the public API: duration by route, answers by route and status, gates. */
@ApplicationScoped
class RequestMetrics {
  private static final Metadata SECONDS =
      metadata("perdura_api_request_seconds", "Time from arrival to answer");
  private static final Metadata ANSWERS =
      metadata("perdura_api_answers", "Answers by route and status");

  private final MetricRegistry registry;
  private final InflightGates gates;
  private final RequestTelemetry telemetry;
  private final ConcurrentMap<Route, Timer> timers = new ConcurrentHashMap<>();
  private final ConcurrentMap<Key, Counter> answers = new ConcurrentHashMap<>();

  private record Key(Route route, int status) {}

  /** For the container's proxy. */
  protected RequestMetrics() {
    this(null, null, null);
  }

  @Inject
  RequestMetrics(MetricRegistry registry, InflightGates gates, RequestTelemetry telemetry) {
    this.registry = registry;
    this.gates = gates;
    this.telemetry = telemetry;
  }

  @PostConstruct
  void offerGauges() {
    for (WorkClass work : WorkClass.values()) {
      Tag tag = new Tag("gate", work.label());
      registry.gauge(
          metadata("perdura_api_inflight", "Requests that work now"),
          () -> gates.of(work).inflight(),
          tag);
      registry.gauge(
          metadata("perdura_api_queued", "Requests that wait for the in-flight gate"),
          () -> gates.of(work).queued(),
          tag);
    }
    registry.gauge(
        metadata("perdura_api_telemetry_dropped", "Telemetry rows lost since the start"),
        telemetry::dropped);
  }

  void answered(Route route, int status, double elapsedMs) {
    timers.computeIfAbsent(route, this::timer).update(Duration.ofNanos((long) (elapsedMs * 1e6)));
    answers.computeIfAbsent(new Key(route, status), this::counter).inc();
  }

  private Timer timer(Route route) {
    return registry.timer(SECONDS, routeTag(route));
  }

  private Counter counter(Key key) {
    return registry.counter(
        ANSWERS, routeTag(key.route()), new Tag("status", Integer.toString(key.status())));
  }

  private static Tag routeTag(Route route) {
    return new Tag("route", route.method() + " " + route.path());
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(name).withDescription(description).build();
  }
}
