package io.perdura.api;

import io.perdura.access.AccessSettings;
import io.perdura.access.Principal;
import io.perdura.control.ControlSettings;
import io.perdura.control.RequestSample;
import io.perdura.control.RequestTelemetry;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the filter knows of the configuration, and what is kept of a request that was answered. */
@ApplicationScoped
class Edge {
  /** The endpoint that benchmarks compare the service with. */
  static final String BENCHMARK_PATH = "/v1/benchmark/echo";

  private static final Logger LOG = Logger.getLogger(Edge.class.getName());

  private final Cors cors;
  private final Duration budget;
  private final int slowMs;
  private final boolean benchmarks;
  private final RequestMetrics metrics;
  private final RequestTelemetry telemetry;
  private final CallAudit audit;

  /** For the container's proxy. */
  protected Edge() {
    this.cors = null;
    this.budget = null;
    this.slowMs = 0;
    this.benchmarks = false;
    this.metrics = null;
    this.telemetry = null;
    this.audit = null;
  }

  @Inject
  Edge(Settings settings, RequestMetrics metrics, RequestTelemetry telemetry, CallAudit audit) {
    this.cors = new Cors(AccessSettings.corsOrigins(settings));
    this.budget = Duration.ofMillis(settings.get(CoreSettings.PERDURA_REQUEST_TIMEOUT_MS));
    this.slowMs = settings.get(ControlSettings.PERDURA_SLOW_REQUEST_MS);
    this.benchmarks = settings.get(ControlSettings.PERDURA_BENCHMARK_ENDPOINTS);
    this.metrics = metrics;
    this.telemetry = telemetry;
    this.audit = audit;
  }

  Cors cors() {
    return cors;
  }

  /** How long a request may take. */
  Duration budget() {
    return budget;
  }

  boolean isBenchmark(String path) {
    return benchmarks && path.equals(BENCHMARK_PATH);
  }

  CallAudit audit() {
    return audit;
  }

  /** Counts an answered request, and logs it when it was slow or failed for a reason of ours. */
  void completed(Exchange exchange, int status) {
    double elapsedMs = exchange.elapsedMs();
    metrics.answered(exchange.route(), status, elapsedMs);
    if (exchange.route().telemetry() != null && exchange.owner() != null && !exchange.isProbe()) {
      telemetry.add(sample(exchange, status, elapsedMs));
    }
    boolean probe = exchange.route().guard() == Route.Guard.NOBODY;
    if (!probe && (elapsedMs >= slowMs || status >= 500)) {
      LOG.log(
          Level.INFO,
          "{0} {1} answered {2} in {3} ms",
          new Object[] {
            exchange.route().method(),
            exchange.route().path(),
            status,
            String.format("%.1f", elapsedMs)
          });
    }
  }

  private static RequestSample sample(Exchange exchange, int status, double elapsedMs) {
    return new RequestSample(
        exchange.owner().tenant(),
        exchange.owner().scope(),
        exchange.route().telemetry(),
        status,
        elapsedMs,
        exchange.requestId(),
        exchange.principal().map(Principal::keyPrefix).orElse(null));
  }
}
