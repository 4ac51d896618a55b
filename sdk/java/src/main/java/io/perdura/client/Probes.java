package io.perdura.client;

import io.perdura.client.model.Checks;
import io.perdura.client.model.Health;
import io.perdura.client.model.LbCheck;
import io.perdura.client.model.OpenapiParams;

/** Health and self-description. Open to everybody. */
public final class Probes {
  private final Perdura client;

  Probes(Perdura client) {
    this.client = client;
  }

  /** What this server can do: <code>health</code>. */
  public Call<Health> health() {
    return client.call(Operation.HEALTH, Health.class);
  }

  /** Whether the application has started (MicroProfile Health): <code>healthStarted</code>. */
  public Call<Checks> started() {
    return client.call(Operation.HEALTH_STARTED, Checks.class);
  }

  /**
   * Whether the database accepts writes, has the schema, and the embedding model is loaded: <code>
   * healthReady</code>.
   */
  public Call<Checks> ready() {
    return client.call(Operation.HEALTH_READY, Checks.class);
  }

  /** Whether the process gets work done; never touches the database: <code>healthLive</code>. */
  public Call<Checks> live() {
    return client.call(Operation.HEALTH_LIVE, Checks.class);
  }

  /** Whether a load balancer should send requests here: <code>lbCheck</code>. */
  public Call<LbCheck> loadBalancer() {
    return client.call(Operation.LB_CHECK, LbCheck.class);
  }

  /** This document: <code>openapi</code>. */
  public Call<String> openapi(OpenapiParams params) {
    return client.call(Operation.OPENAPI, Json.TEXT).query(Json.properties(params));
  }

  /** Prometheus metrics; outside production only: <code>metrics</code>. */
  public Call<String> metrics() {
    return client.call(Operation.METRICS, Json.TEXT);
  }
}
