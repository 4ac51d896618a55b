package io.perdura.api;

import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Settings;
import io.perdura.policy.PlanningRequest;
import io.perdura.policy.PlanningService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** What a planner needs for its next step (policy contract, section 7.7). */
@ApplicationScoped
@Path("/v1/memory")
public class PlanningResource {
  private final Calls calls;
  private final Settings settings;
  private final Embeddings embeddings;
  private final PlanningService planning;

  /** For the container's proxy. */
  protected PlanningResource() {
    this(null, null, null, null);
  }

  @Inject
  public PlanningResource(
      Calls calls, Settings settings, Embeddings embeddings, PlanningService planning) {
    this.calls = calls;
    this.settings = settings;
    this.embeddings = embeddings;
    this.planning = planning;
  }

  @POST
  @Path("planning/context")
  public Response context(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> {
          RecallResource.requireProvider(embeddings);
          return PlanningRequest.read(body, settings);
        },
        (wish, call) -> planning.plan(wish, call.recallOptions(), call.once()));
  }
}
