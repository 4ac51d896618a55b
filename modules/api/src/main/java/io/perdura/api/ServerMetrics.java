package io.perdura.api;

import io.perdura.access.ClusterBuckets;
import io.perdura.access.Limiter;
import io.perdura.access.RateLimiter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * What alerts ask of a server: does it accept writes, does it want to be left alone, what does it
 * refuse.
 */
@ApplicationScoped
class ServerMetrics {
  private final MetricRegistry registry;
  private final DatabaseWatch watch;
  private final Drain drain;
  private final ClusterBuckets buckets;
  private final RateLimiter limiter;

  /** For the container's proxy. */
  protected ServerMetrics() {
    this(null, null, null, null, null);
  }

  @Inject
  ServerMetrics(
      MetricRegistry registry,
      DatabaseWatch watch,
      Drain drain,
      ClusterBuckets buckets,
      RateLimiter limiter) {
    this.registry = registry;
    this.watch = watch;
    this.drain = drain;
    this.buckets = buckets;
    this.limiter = limiter;
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
    gauge(
        "perdura_access_limits_degraded",
        "1 while Valkey is away and this server holds to its part of every limit",
        () -> buckets.mode() == ClusterBuckets.Mode.SHARE);
    registry.gauge(
        metadata("perdura_access_valkey_losses", "Times that Valkey was lost since the start"),
        buckets::losses);
    for (Limiter.Party party : Limiter.Party.values()) {
      for (Limiter.Category category : Limiter.Category.values()) {
        registry.gauge(
            metadata("perdura_access_limited", "Requests refused with 429 since the start"),
            () -> limiter.refused(party, category),
            new Tag("party", party.label()),
            new Tag("category", category.label()));
      }
    }
  }

  private void gauge(String name, String description, BooleanSupplier value) {
    registry.gauge(metadata(name, description), () -> value.getAsBoolean() ? 1 : 0);
  }

  private static Metadata metadata(String name, String description) {
    return Metadata.builder().withName(name).withDescription(description).build();
  }
}
