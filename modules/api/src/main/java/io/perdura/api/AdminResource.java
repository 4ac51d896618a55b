package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.control.Membership;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** The operator's view of this server and its cluster; opened by the admin token. */
@ApplicationScoped
@Path("/v1/admin")
public class AdminResource {
  private final Calls calls;
  private final Membership membership;
  private final Drain drain;
  private final PublishedConfiguration configuration;

  /** For the container's proxy. */
  protected AdminResource() {
    this(null, null, null, null);
  }

  @Inject
  public AdminResource(
      Calls calls, Membership membership, Drain drain, PublishedConfiguration configuration) {
    this.calls = calls;
    this.membership = membership;
    this.drain = drain;
    this.configuration = configuration;
  }

  @GET
  @Path("control/members")
  public Response members(@Context HttpServletRequest request) {
    return calls.get(request, query -> query, (query, call) -> membership.live());
  }

  /** What the server that answers runs with, without secrets. */
  @GET
  @Path("control/configuration")
  public Response configuration(@Context HttpServletRequest request) {
    return calls.get(request, query -> query, (query, call) -> configuration.body());
  }

  /** Asks load balancers to stay away from the server that answers, or to come back. */
  @POST
  @Path("server/drain")
  public Response drain(@Context HttpServletRequest request) throws IOException {
    return calls.post(request, AdminResource::draining, (draining, call) -> switchTo(draining));
  }

  private static boolean draining(JsonNode body) {
    Fields fields = Fields.of(body);
    boolean draining = fields.bool("draining", true);
    fields.throwIfInvalid();
    return draining;
  }

  private Once.Answer switchTo(boolean draining) {
    drain.request(draining);
    return Call.fresh(Jsons.object().put("ok", true).put("draining", drain.isDraining()));
  }
}
