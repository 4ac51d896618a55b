package io.perdura.api;

import io.perdura.control.IncidentService;
import io.perdura.control.ListQuery;
import io.perdura.control.ReplayRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Jobs that publish an incident's evidence (policy-control, section 8.6). */
@ApplicationScoped
@Path("/v1/admin")
public class IncidentResource {
  private final Calls calls;
  private final IncidentService incidents;

  /** For the container's proxy. */
  protected IncidentResource() {
    this(null, null);
  }

  @Inject
  public IncidentResource(Calls calls, IncidentService incidents) {
    this.calls = calls;
    this.incidents = incidents;
  }

  @POST
  @Path("control/incident-publish/jobs")
  public Response enqueue(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        incidents::read,
        (wish, call) -> Call.fresh(incidents.enqueue(wish, ControlResource.actor(request))));
  }

  @GET
  @Path("control/incident-publish/jobs")
  public Response jobs(@Context HttpServletRequest request) {
    return calls.get(
        request,
        ListQuery::of,
        (query, call) -> incidents.jobs(query, ControlResource.actor(request)));
  }

  @POST
  @Path("control/incident-publish/jobs/replay")
  public Response replay(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        ReplayRequest::read,
        (wish, call) -> Call.fresh(incidents.replay(wish, ControlResource.actor(request))));
  }
}
