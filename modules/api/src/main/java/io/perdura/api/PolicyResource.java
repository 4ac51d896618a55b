package io.perdura.api;

import io.perdura.kernel.Settings;
import io.perdura.policy.DecisionRequest;
import io.perdura.policy.EvaluateRequest;
import io.perdura.policy.FeedbackRequest;
import io.perdura.policy.RuleService;
import io.perdura.policy.RuleStateRequest;
import io.perdura.policy.SelectRequest;
import io.perdura.policy.ToolFeedbackRequest;
import io.perdura.policy.ToolFeedbackService;
import io.perdura.policy.ToolService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Rules and the choice of tools (policy contract, sections 7.1 to 7.6). */
@ApplicationScoped
@Path("/v1/memory")
public class PolicyResource {
  private final Calls calls;
  private final Settings settings;
  private final RuleGate gate;
  private final RuleService rules;
  private final ToolService tools;
  private final ToolFeedbackService feedbacks;

  /** For the container's proxy. */
  protected PolicyResource() {
    this(null, null, null, null, null, null);
  }

  @Inject
  public PolicyResource(
      Calls calls,
      Settings settings,
      RuleGate gate,
      RuleService rules,
      ToolService tools,
      ToolFeedbackService feedbacks) {
    this.calls = calls;
    this.settings = settings;
    this.gate = gate;
    this.rules = rules;
    this.tools = tools;
    this.feedbacks = feedbacks;
  }

  @POST
  @Path("feedback")
  public Response feedback(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> FeedbackRequest.read(body, settings),
        (said, call) -> rules.feedback(said.by(call.identity()), call.once()));
  }

  @POST
  @Path("rules/state")
  public Response state(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> RuleStateRequest.read(body, settings),
        (wish, call) -> {
          gate.require(call.principal());
          return rules.setState(wish.by(call.identity()), call.once());
        });
  }

  @POST
  @Path("rules/evaluate")
  public Response evaluate(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> EvaluateRequest.read(body, settings),
        (wish, call) -> Call.fresh(rules.evaluate(wish)));
  }

  @POST
  @Path("tools/select")
  public Response select(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> SelectRequest.read(body, settings),
        (wish, call) -> tools.select(wish, call.once()));
  }

  @POST
  @Path("tools/decision")
  public Response decision(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> DecisionRequest.read(body, settings),
        (wish, call) -> Call.fresh(tools.decision(wish)));
  }

  @POST
  @Path("tools/feedback")
  public Response toolFeedback(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> ToolFeedbackRequest.read(body, settings),
        (said, call) -> feedbacks.feedback(said, call.identity(), call.once()));
  }
}
