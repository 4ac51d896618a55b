package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.control.ActorChanges;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.JobSchedules;
import io.perdura.jobs.RunRequest;
import io.perdura.jobs.ScheduleRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.function.BiFunction;

/** Jobs, their runs and their schedules (docs/jobs.md). */
@ApplicationScoped
@Path("/v1/admin")
public class JobResource {
  private final Calls calls;
  private final JobRuns runs;
  private final JobSchedules schedules;

  /** For the container's proxy. */
  protected JobResource() {
    this(null, null, null);
  }

  @Inject
  public JobResource(Calls calls, JobRuns runs, JobSchedules schedules) {
    this.calls = calls;
    this.runs = runs;
    this.schedules = schedules;
  }

  @GET
  @Path("control/jobs")
  public Response jobs(@Context HttpServletRequest request) {
    return calls.get(request, query -> query, (query, call) -> runs.jobs());
  }

  @POST
  @Path("control/jobs/{name}/runs")
  public Response run(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> RunRequest.read(named(request), body),
        (wish, call) -> runs.request(wish, requester(request), call.once()));
  }

  @GET
  @Path("control/job-runs")
  public Response runs(@Context HttpServletRequest request) {
    return calls.get(request, query -> query, (query, call) -> runs.list(query));
  }

  @GET
  @Path("control/job-runs/{run_id}")
  public Response show(@Context HttpServletRequest request) {
    return calls.get(request, query -> named(request), (id, call) -> runs.get(id));
  }

  @GET
  @Path("control/job-runs/{run_id}/result")
  public Response result(@Context HttpServletRequest request) {
    return calls.get(request, query -> named(request), (id, call) -> runs.result(id));
  }

  @POST
  @Path("control/job-runs/{run_id}/stop")
  public Response stop(@Context HttpServletRequest request) throws IOException {
    return change(request, runs::stop);
  }

  @POST
  @Path("control/job-runs/{run_id}/restart")
  public Response restart(@Context HttpServletRequest request) throws IOException {
    return change(request, runs::restart);
  }

  @GET
  @Path("control/job-schedules")
  public Response schedules(@Context HttpServletRequest request) {
    return calls.get(request, query -> query, (query, call) -> schedules.list());
  }

  @POST
  @Path("control/job-schedules")
  public Response createSchedule(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        ScheduleRequest::create,
        (wish, call) -> Call.fresh(schedules.create(wish, requester(request))));
  }

  @GET
  @Path("control/job-schedules/{id}")
  public Response schedule(@Context HttpServletRequest request) {
    return calls.get(request, query -> named(request), (id, call) -> schedules.get(id));
  }

  @PUT
  @Path("control/job-schedules/{id}")
  public Response replaceSchedule(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        ScheduleRequest::replace,
        (wish, call) -> Call.fresh(schedules.replace(named(request), wish, requester(request))));
  }

  /** A body is neither needed nor read. */
  @DELETE
  @Path("control/job-schedules/{id}")
  public Response deleteSchedule(@Context HttpServletRequest request) {
    return calls.get(
        request, query -> named(request), (id, call) -> schedules.delete(id, requester(request)));
  }

  private Response change(
      HttpServletRequest request, BiFunction<String, JobRuns.Requester, JsonNode> service)
      throws IOException {
    return calls.post(
        request,
        body -> named(request),
        (id, call) -> Call.fresh(service.apply(id, requester(request))));
  }

  private static String named(HttpServletRequest request) {
    return Exchange.of(request).pathParameter();
  }

  private static JobRuns.Requester requester(HttpServletRequest request) {
    ActorChanges changes = new ActorChanges(ControlResource.actor(request));
    return new JobRuns.Requester(changes.name(), changes);
  }
}
