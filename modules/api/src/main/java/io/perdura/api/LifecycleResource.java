package io.perdura.api;

import io.perdura.kernel.Settings;
import io.perdura.memory.ActivateRequest;
import io.perdura.memory.LifecycleService;
import io.perdura.memory.RehydrateRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Bringing nodes back to warmth and telling which of them helped (contract, sections 8 and 9). */
@ApplicationScoped
@Path("/v1/memory")
public class LifecycleResource {
  private final Calls calls;
  private final Settings settings;
  private final LifecycleService lifecycle;

  /** For the container's proxy. */
  protected LifecycleResource() {
    this(null, null, null);
  }

  @Inject
  public LifecycleResource(Calls calls, Settings settings, LifecycleService lifecycle) {
    this.calls = calls;
    this.settings = settings;
    this.lifecycle = lifecycle;
  }

  @POST
  @Path("archive/rehydrate")
  public Response rehydrate(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> RehydrateRequest.read(body, settings),
        (wish, call) -> lifecycle.rehydrate(wish.by(call.identity()), call.once()));
  }

  @POST
  @Path("nodes/activate")
  public Response activate(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> ActivateRequest.read(body, settings),
        (wish, call) -> lifecycle.activate(wish.by(call.identity()), call.once()));
  }
}
