package io.perdura.api;

import io.perdura.control.AdminCredentialRequest;
import io.perdura.control.AdminCredentialService;
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

/** Administrators' own credentials. */
@ApplicationScoped
@Path("/v1/admin")
public class AdminCredentialResource {
  private final Calls calls;
  private final AdminCredentialService credentials;

  /** For the container's proxy. */
  protected AdminCredentialResource() {
    this(null, null);
  }

  @Inject
  public AdminCredentialResource(Calls calls, AdminCredentialService credentials) {
    this.calls = calls;
    this.credentials = credentials;
  }

  @POST
  @Path("control/admin-credentials")
  public Response create(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        AdminCredentialRequest::read,
        (wish, call) -> Call.fresh(credentials.create(wish, ControlResource.actor(request))));
  }

  @GET
  @Path("control/admin-credentials")
  public Response list(@Context HttpServletRequest request) {
    return calls.get(request, ListQuery::of, (query, call) -> credentials.list(query));
  }

  @POST
  @Path("control/admin-credentials/{id}/revoke")
  public Response revoke(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> Exchange.of(request).pathParameter(),
        (id, call) -> Call.fresh(credentials.revoke(id, ControlResource.actor(request))));
  }
}
