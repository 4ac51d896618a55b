package io.perdura.api;

import io.perdura.control.AlertService;
import io.perdura.control.ListQuery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Where alerts go, and what became of them (policy-control, section 8.5). */
@ApplicationScoped
@Path("/v1/admin")
public class AlertResource {
  private final Calls calls;
  private final AlertService alerts;

  /** For the container's proxy. */
  protected AlertResource() {
    this(null, null);
  }

  @Inject
  public AlertResource(Calls calls, AlertService alerts) {
    this.calls = calls;
    this.alerts = alerts;
  }

  @POST
  @Path("control/alerts/routes")
  public Response create(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        alerts::read,
        (wish, call) -> Call.fresh(alerts.create(wish, ControlResource.actor(request))));
  }

  @GET
  @Path("control/alerts/routes")
  public Response routes(@Context HttpServletRequest request) {
    return calls.get(
        request,
        ListQuery::of,
        (query, call) -> alerts.routes(query, ControlResource.actor(request)));
  }

  @POST
  @Path("control/alerts/routes/{id}/status")
  public Response status(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        AlertService::readStatus,
        (status, call) ->
            Call.fresh(
                alerts.status(
                    Exchange.of(request).pathParameter(), status, ControlResource.actor(request))));
  }

  @GET
  @Path("control/alerts/deliveries")
  public Response deliveries(@Context HttpServletRequest request) {
    return calls.get(
        request,
        ListQuery::of,
        (query, call) -> alerts.deliveries(query, ControlResource.actor(request)));
  }
}
