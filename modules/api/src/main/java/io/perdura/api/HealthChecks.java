package io.perdura.api;

import io.perdura.access.ClusterBuckets;
import io.perdura.access.TokenKeys;
import io.perdura.audit.AuditTrail;
import io.perdura.audit.TrailFigures;
import io.perdura.embedding.Embeddings;
import io.perdura.schema.SchemaVersion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * What started, ready and live mean here. Liberty shows the same checks on the management port. No
 * check touches the database: the watch has looked already.
 */
@ApplicationScoped
class HealthChecks {
  @Inject private ServerState state;
  @Inject private DatabaseWatch watch;
  @Inject private Embeddings embeddings;
  @Inject private ClusterBuckets buckets;
  @Inject private TokenKeys tokenKeys;
  @Inject private Pulse pulse;
  @Inject private AuditTrail trail;

  @Produces
  @Startup
  HealthCheck server() {
    return () -> HealthCheckResponse.named("server").status(state.isStarted()).build();
  }

  @Produces
  @Readiness
  HealthCheck database() {
    return () ->
        HealthCheckResponse.named("database")
            .status(watch.acceptsWrites())
            .withData("seconds_since_writable", watch.secondsSinceWritable())
            .build();
  }

  @Produces
  @Readiness
  HealthCheck schema() {
    return () ->
        HealthCheckResponse.named("schema")
            .status(watch.schemaIsSufficient())
            .withData("applied", watch.schemaVersion())
            .withData("required", SchemaVersion.REQUIRED)
            .build();
  }

  @Produces
  @Readiness
  HealthCheck embedding() {
    return () ->
        HealthCheckResponse.named("embedding")
            .status(embeddings.isLoaded())
            .withData("provider", embeddings.model().map(model -> model.name()).orElse("none"))
            .build();
  }

  /** Always up: without Valkey this server still limits, if less exactly. */
  @Produces
  @Readiness
  HealthCheck rateLimits() {
    return () ->
        HealthCheckResponse.named("rate_limits")
            .up()
            .withData("counted", buckets.mode().label())
            .withData("servers", buckets.servers())
            .build();
  }

  /**
   * Down only while nobody can be let in: tokens are the only credentials, and no key to verify
   * them was ever read.
   */
  @Produces
  @Readiness
  HealthCheck tokenKeys() {
    return () ->
        HealthCheckResponse.named("token_keys")
            .status(!tokenKeys.isNeeded() || tokenKeys.isLoaded())
            .withData("keys", tokenKeys.size())
            .withData("seconds_since_read", tokenKeys.secondsSinceRead())
            .build();
  }

  /** Down when calls cannot leave their rows: they are refused then. */
  @Produces
  @Readiness
  HealthCheck audit() {
    return () -> {
      TrailFigures figures = trail.figures();
      return HealthCheckResponse.named("audit")
          .status(trail.isOpen())
          .withData("sequencing", figures.sequencing())
          .withData("lag_ms", Math.round(figures.lagSeconds() * 1e3))
          .withData("spool_bytes", figures.spoolBytes())
          .withData("spool_age_ms", Math.round(figures.spoolAgeSeconds() * 1e3))
          .build();
    };
  }

  @Produces
  @Liveness
  HealthCheck process() {
    return () -> HealthCheckResponse.named("process").status(pulse.isSound()).build();
  }
}
