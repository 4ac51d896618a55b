package io.perdura.api;

import io.perdura.audit.AuditTrail;
import io.perdura.audit.TrailFigures;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.Function;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Figures of the audit trail; the lag is the greatest of all servers'. */
@ApplicationScoped
class AuditMetrics {
  private final MetricRegistry registry;
  private final AuditTrail trail;

  /** For the container's proxy. */
  protected AuditMetrics() {
    this(null, null);
  }

  @Inject
  AuditMetrics(MetricRegistry registry, AuditTrail trail) {
    this.registry = registry;
    this.trail = trail;
  }

  void register() {
    gauge("linked", "Rows that this server linked since its start", TrailFigures::linked);
    gauge(
        "lag_seconds",
        "Age of the oldest row that waits to be linked, as last seen",
        TrailFigures::lagSeconds);
    gauge("sequencing", "1 on the server that links", figures -> figures.sequencing() ? 1 : 0);
    gauge(
        "fenced",
        "Times that another server had taken this one's place as sequencer unnoticed",
        TrailFigures::fenced);
    gauge("spool_bytes", "Files of rows that wait for the database", TrailFigures::spoolBytes);
    gauge(
        "spool_age_seconds",
        "Since when spooled rows have been waiting for the database",
        TrailFigures::spoolAgeSeconds);
    gauge(
        "refused",
        "Calls refused since the start because their row could not be written",
        TrailFigures::refused);
    gauge(
        "dropped_anonymous",
        "Refused calls without a credential that left no row of their own",
        TrailFigures::dropped);
  }

  private void gauge(String name, String description, Function<TrailFigures, Number> value) {
    registry.gauge(
        Metadata.builder().withName("perdura_audit_" + name).withDescription(description).build(),
        () -> value.apply(trail.figures()));
  }
}
