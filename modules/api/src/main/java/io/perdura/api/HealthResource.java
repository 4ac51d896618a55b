package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** Probes: the contract's document, MicroProfile Health, and the load balancers' question. */
@ApplicationScoped
@Path("/")
public class HealthResource {
  private final HealthDocument document;
  private final Checkup checkup;
  private final Drain drain;
  private final Pulse pulse;

  /** For the container's proxy. */
  protected HealthResource() {
    this(null, null, null, null);
  }

  @Inject
  public HealthResource(HealthDocument document, Checkup checkup, Drain drain, Pulse pulse) {
    this.document = document;
    this.checkup = checkup;
    this.drain = drain;
    this.pulse = pulse;
  }

  @GET
  @Path("health")
  public Response health() {
    return Answers.json(200, document.body());
  }

  @GET
  @Path("health/started")
  public Response started() {
    return Answers.of(checkup.started());
  }

  @GET
  @Path("health/ready")
  public Response ready() {
    return Answers.of(checkup.ready());
  }

  @GET
  @Path("health/live")
  public Response live() {
    return Answers.of(checkup.live());
  }

  /** The drain switch and the process alone: a moving primary must not empty the balancer. */
  @GET
  @Path("lb-check")
  public Response lbCheck() {
    String status = !pulse.isSound() ? "down" : drain.isDraining() ? "draining" : "up";
    ObjectNode body = Jsons.object().put("status", status);
    return Answers.json(status.equals("up") ? 200 : 503, body);
  }
}
