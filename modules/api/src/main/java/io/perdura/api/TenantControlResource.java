package io.perdura.api;

import io.perdura.control.DiagnosticsRequest;
import io.perdura.control.QuotaRequest;
import io.perdura.control.QuotaService;
import io.perdura.control.TenantReports;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** One tenant's quota and reports (policy-control, sections 8.4 and 8.7). */
@ApplicationScoped
@Path("/v1/admin")
public class TenantControlResource {
  private final Calls calls;
  private final QuotaService quotas;
  private final TenantReports reports;

  /** For the container's proxy. */
  protected TenantControlResource() {
    this(null, null, null);
  }

  @Inject
  public TenantControlResource(Calls calls, QuotaService quotas, TenantReports reports) {
    this.calls = calls;
    this.quotas = quotas;
    this.reports = reports;
  }

  @PUT
  @Path("control/tenant-quotas/{tenant_id}")
  public Response putQuota(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        QuotaRequest::read,
        (wish, call) ->
            Call.fresh(quotas.put(tenant(request), wish, ControlResource.actor(request))));
  }

  @GET
  @Path("control/tenant-quotas/{tenant_id}")
  public Response quota(@Context HttpServletRequest request) {
    return calls.get(request, query -> tenant(request), (tenant, call) -> quotas.get(tenant));
  }

  /** A body is neither needed nor read. */
  @DELETE
  @Path("control/tenant-quotas/{tenant_id}")
  public Response deleteQuota(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> tenant(request),
        (tenant, call) -> quotas.delete(tenant, ControlResource.actor(request)));
  }

  @GET
  @Path("control/dashboard/tenant/{tenant_id}")
  public Response dashboard(@Context HttpServletRequest request) {
    return calls.get(
        request, query -> tenant(request), (tenant, call) -> reports.dashboard(tenant));
  }

  @GET
  @Path("control/diagnostics/tenant/{tenant_id}")
  public Response diagnostics(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> DiagnosticsRequest.read(tenant(request), query),
        (wish, call) -> reports.diagnostics(wish));
  }

  private static String tenant(HttpServletRequest request) {
    return Exchange.of(request).pathParameter();
  }
}
