package io.perdura.api;

import io.perdura.control.QuotaRequest;
import io.perdura.control.QuotaService;
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

/** Tenants' own limits (policy-control, section 8.4). */
@ApplicationScoped
@Path("/v1/admin")
public class QuotaResource {
  private final Calls calls;
  private final QuotaService quotas;

  /** For the container's proxy. */
  protected QuotaResource() {
    this(null, null);
  }

  @Inject
  public QuotaResource(Calls calls, QuotaService quotas) {
    this.calls = calls;
    this.quotas = quotas;
  }

  @PUT
  @Path("control/tenant-quotas/{tenant_id}")
  public Response put(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        QuotaRequest::read,
        (wish, call) ->
            Call.fresh(quotas.put(tenant(request), wish, ControlResource.actor(request))));
  }

  @GET
  @Path("control/tenant-quotas/{tenant_id}")
  public Response get(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> tenant(request),
        (tenant, call) -> quotas.get(tenant, ControlResource.actor(request)));
  }

  /** A body is neither needed nor read. */
  @DELETE
  @Path("control/tenant-quotas/{tenant_id}")
  public Response delete(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> tenant(request),
        (tenant, call) -> quotas.delete(tenant, ControlResource.actor(request)));
  }

  private static String tenant(HttpServletRequest request) {
    return Exchange.of(request).pathParameter();
  }
}
