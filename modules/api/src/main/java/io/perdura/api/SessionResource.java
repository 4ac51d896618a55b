package io.perdura.api;

import io.perdura.kernel.Settings;
import io.perdura.memory.EventRequest;
import io.perdura.memory.SessionEventsRequest;
import io.perdura.memory.SessionRequest;
import io.perdura.memory.SessionService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Sessions and their events (contract, section 6). */
@ApplicationScoped
@Path("/v1/memory")
public class SessionResource {
  private final Calls calls;
  private final Settings settings;
  private final SessionService sessions;

  /** For the container's proxy. */
  protected SessionResource() {
    this(null, null, null);
  }

  @Inject
  public SessionResource(Calls calls, Settings settings, SessionService sessions) {
    this.calls = calls;
    this.settings = settings;
    this.sessions = sessions;
  }

  @POST
  @Path("sessions")
  public Response create(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> SessionRequest.read(body, settings),
        (session, call) -> sessions.create(session, call.once()));
  }

  @POST
  @Path("events")
  public Response append(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> EventRequest.read(body, settings),
        (event, call) -> sessions.append(event, call.once()));
  }

  @GET
  @Path("sessions/{session_id: .+}/events")
  public Response events(@Context HttpServletRequest request) {
    String sessionId = Exchange.of(request).pathParameter();
    return calls.get(
        request,
        query -> SessionEventsRequest.read(sessionId, query, settings),
        (wish, call) -> sessions.events(wish));
  }
}
