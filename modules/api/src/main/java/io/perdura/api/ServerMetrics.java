package io.perdura.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** What alerts ask of a server: does it accept writes, does it want to be left alone. */
@ApplicationScoped
class ServerMetrics {
  private final MetricRegistry registry;
  private final DatabaseWatch watch;
  private final Drain drain;

  /** For the container's proxy. */
  protected ServerMetrics() {
    this(null, null, null);
  }

  @Inject
  ServerMetrics(MetricRegistry registry, DatabaseWatch watch, Drain drain) {
    this.registry = registry;
    this.watch = watch;
    this.drain = drain;
  }

  void register() {
    gauge(
        "perdura_api_database_writable",
        "1 when a writable primary was seen within 10 s",
        watch::acceptsWrites);
    gauge(
        "perdura_api_schema_sufficient",
        "1 when the database has the schema that this build needs",
        watch::schemaIsSufficient);
    gauge(
        "perdura_api_draining", "1 while load balancers are asked to stay away", drain::isDraining);
  }

  private void gauge(String name, String description, BooleanSupplier value) {
    Metadata metadata = Metadata.builder().withName(name).withDescription(description).build();
    registry.gauge(metadata, () -> value.getAsBoolean() ? 1 : 0);
  }
}
