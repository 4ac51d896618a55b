package io.perdura.api;

import io.perdura.control.Actor;
import io.perdura.control.KeyReport;
import io.perdura.control.KeyRequest;
import io.perdura.control.KeyService;
import io.perdura.control.ListQuery;
import io.perdura.control.ProjectRequest;
import io.perdura.control.RotateRequest;
import io.perdura.control.TenantRequest;
import io.perdura.control.TenantService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Tenants, projects and API keys (policy-control, sections 8.1 to 8.3), and their audit (8.9). */
@ApplicationScoped
@Path("/v1/admin")
public class ControlResource {
  private final Calls calls;
  private final TenantService tenants;
  private final KeyService keys;
  private final KeyReport report;

  /** For the container's proxy. */
  protected ControlResource() {
    this(null, null, null, null);
  }

  @Inject
  public ControlResource(Calls calls, TenantService tenants, KeyService keys, KeyReport report) {
    this.calls = calls;
    this.tenants = tenants;
    this.keys = keys;
    this.report = report;
  }

  @POST
  @Path("control/tenants")
  public Response putTenant(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        TenantRequest::read,
        (wish, call) -> Call.fresh(tenants.put(wish, actor(request))));
  }

  @GET
  @Path("control/tenants")
  public Response tenants(@Context HttpServletRequest request) {
    return calls.get(
        request, ListQuery::of, (query, call) -> tenants.tenants(query, actor(request)));
  }

  @POST
  @Path("control/projects")
  public Response putProject(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        ProjectRequest::read,
        (wish, call) -> Call.fresh(tenants.put(wish, actor(request))));
  }

  @POST
  @Path("control/api-keys")
  public Response createKey(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request, KeyRequest::read, (wish, call) -> Call.fresh(keys.create(wish, actor(request))));
  }

  @GET
  @Path("control/api-keys")
  public Response keys(@Context HttpServletRequest request) {
    return calls.get(request, ListQuery::of, (query, call) -> keys.list(query, actor(request)));
  }

  @GET
  @Path("control/api-keys/stale")
  public Response staleKeys(@Context HttpServletRequest request) {
    return calls.get(request, ListQuery::of, (query, call) -> report.stale(query, actor(request)));
  }

  @POST
  @Path("control/api-keys/{id}/revoke")
  public Response revokeKey(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> Exchange.of(request).pathParameter(),
        (id, call) -> Call.fresh(keys.revoke(id, actor(request))));
  }

  @POST
  @Path("control/api-keys/{id}/rotate")
  public Response rotateKey(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        RotateRequest::read,
        (wish, call) ->
            Call.fresh(keys.rotate(Exchange.of(request).pathParameter(), wish, actor(request))));
  }

  @GET
  @Path("control/audit-events")
  public Response auditEvents(@Context HttpServletRequest request) {
    return calls.get(
        request, ListQuery::of, (query, call) -> tenants.auditEvents(query, actor(request)));
  }

  static Actor actor(HttpServletRequest request) {
    Exchange exchange = Exchange.of(request);
    return new Actor(exchange.admin(), exchange.requestId());
  }
}
