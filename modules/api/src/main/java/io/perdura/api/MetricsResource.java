package io.perdura.api;

import io.perdura.control.ControlSettings;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * The management port's metrics on the public port, for a developer's convenience. In production
 * the public port has no such path.
 */
@ApplicationScoped
@Path("/metrics")
public class MetricsResource {
  private static final int TIMEOUT_MS = 5_000;

  private final boolean offered;
  private final URI source;

  /** For the container's proxy. */
  protected MetricsResource() {
    this.offered = false;
    this.source = null;
  }

  @Inject
  public MetricsResource(Settings settings) {
    this.offered = !settings.isProduction();
    this.source =
        URI.create(
            "http://127.0.0.1:" + settings.get(ControlSettings.PERDURA_MGMT_PORT) + "/metrics");
  }

  /**
   * Returns the metrics in Prometheus' text format.
   *
   * @throws IOException when the management port cannot be reached
   */
  @GET
  public Response metrics(@Context HttpServletRequest request) throws IOException {
    if (!offered) {
      return Answers.of(Problem.notFound(request.getMethod(), request.getRequestURI()));
    }
    HttpURLConnection connection = (HttpURLConnection) source.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    connection.setRequestProperty("accept", "text/plain");
    try (InputStream in = connection.getInputStream()) {
      return Response.ok(in.readAllBytes())
          .header("content-type", "text/plain; version=0.0.4; charset=utf-8")
          .build();
    }
  }
}
