package io.perdura.api;

import io.perdura.control.DiagnosticsRequest;
import io.perdura.control.IncidentReports;
import io.perdura.control.KeyUsage;
import io.perdura.control.ListQuery;
import io.perdura.control.TenantReports;
import io.perdura.control.TimeSeries;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/** How a tenant does (policy-control, section 8.7). */
@ApplicationScoped
@Path("/v1/admin")
public class TenantControlResource {
  private final Calls calls;
  private final TenantReports reports;
  private final IncidentReports incidents;
  private final TimeSeries series;
  private final KeyUsage usage;

  /** For the container's proxy. */
  protected TenantControlResource() {
    this(null, null, null, null, null);
  }

  @Inject
  public TenantControlResource(
      Calls calls,
      TenantReports reports,
      IncidentReports incidents,
      TimeSeries series,
      KeyUsage usage) {
    this.calls = calls;
    this.reports = reports;
    this.incidents = incidents;
    this.series = series;
    this.usage = usage;
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}")
  public Response dashboard(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> tenant(request),
        (tenant, call) -> reports.dashboard(tenant, ControlResource.actor(request)));
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}/incident-publish-rollup")
  public Response rollup(@Context HttpServletRequest request) {
    return calls.get(
        request,
        ListQuery::of,
        (query, call) -> incidents.rollup(tenant(request), query, ControlResource.actor(request)));
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}/incident-publish-slo")
  public Response slo(@Context HttpServletRequest request) {
    return calls.get(
        request,
        ListQuery::of,
        (query, call) -> incidents.slo(tenant(request), query, ControlResource.actor(request)));
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}/timeseries")
  public Response timeseries(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> query,
        (query, call) -> series.read(tenant(request), query, ControlResource.actor(request)));
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}/key-usage")
  public Response keyUsage(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> query,
        (query, call) -> usage.read(tenant(request), query, ControlResource.actor(request)));
  }

  @GET
  @Path("control/diagnostics/tenant/{tenant_id}")
  public Response diagnostics(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> DiagnosticsRequest.read(tenant(request), query),
        (wish, call) -> reports.diagnostics(wish, ControlResource.actor(request)));
  }

  private static String tenant(HttpServletRequest request) {
    return Exchange.of(request).pathParameter();
  }
}
