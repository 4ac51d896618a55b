package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/** The policy loop works from rule to feedback, and planning agrees with its parts. */
final class PlannerSteps {
  private final GateRun run;
  private final ProbeScopes scopes;
  private final List<String> reasons = new ArrayList<>();
  private ObjectNode output;
  private String scope;

  PlannerSteps(GateRun run, ProbeScopes scopes) {
    this.run = run;
    this.scopes = scopes;
  }

  Step probes() {
    return Step.blocking("planner_probes", this::look);
  }

  private Outcome look() {
    reasons.clear();
    output = Jsons.object();
    scope = scopes.make("planner");
    String rule = activeRule();
    if (rule == null) {
      return Outcome.judged(output, reasons);
    }
    JsonNode evaluated =
        call("rules_evaluate", "rules/evaluate", asked().put("include_shadow", false));
    need(evaluated.path("matched").asInt() == 1, "the active rule does not match");
    JsonNode selected = call("tools_select", "tools/select", choosing("run-1"));
    JsonNode decision = selected.path("decision");
    String tool = selected.path("selection").path("selected").asText("");
    need(tools().contains(tool), "no candidate was selected");
    JsonNode read =
        call(
                "tools_decision",
                "tools/decision",
                run.about(scope).put("decision_id", decision.path("decision_id").asText()))
            .path("decision");
    need(read.path("run_id").asText().equals("run-1"), "the decision names another run");
    need(read.path("selected_tool").asText().equals(tool), "the decision names another tool");
    need(
        read.path("decision_kind").asText().equals("tools_select"),
        "the decision is of another kind");
    String id = decision.path("decision_id").asText();
    feedback("feedback_provided", saying(tool, "run-1").put("decision_id", id), "provided", id);
    feedback("feedback_inferred", saying(tool, "run-1"), "inferred", id);
    feedback("feedback_created", saying(tool, "run-2"), "created_from_feedback", null);
    planning(tool);
    return Outcome.judged(output, reasons);
  }

  private String activeRule() {
    ObjectNode write =
        run.about(scope).put("input_text", "planner probe").put("memory_lane", "shared");
    write.put("auto_embed", false).put("trigger_topic_cluster", false);
    ObjectNode node =
        write.putArray("nodes").addObject().put("client_id", "rule").put("type", "rule");
    node.put("text_summary", "A probe prefers its first tool.");
    ObjectNode slots = node.putObject("slots");
    slots.putObject("if").put("intent", "probe-" + run.runId);
    ObjectNode tool = slots.putObject("then").putObject("tool");
    tools().forEach(tool.putArray("allow")::add);
    tool.putArray("prefer").add(tools().getFirst());
    if (!call("write_rule", "write", write).path("nodes").isArray()) {
      return null;
    }
    JsonNode found = call("find_rule", "find", run.about(scope).put("client_id", "rule"));
    String id = found.path("nodes").path(0).path("id").asText("");
    if (id.isEmpty()) {
      reasons.add("the rule that was written is not found");
      return null;
    }
    ObjectNode state = run.about(scope).put("rule_node_id", id).put("state", "active");
    call("activate_rule", "rules/state", state.put("input_text", "planner probe"));
    return id;
  }

  private void feedback(String name, ObjectNode wish, String mode, String decision) {
    JsonNode answer = call(name, "tools/feedback", wish);
    need(
        answer.path("decision_link_mode").asText().equals(mode),
        name + " was linked as " + answer.path("decision_link_mode").asText("nothing"));
    need(answer.path("updated_rules").asInt() >= 1, name + " was attributed to no rule");
    String linked = answer.path("decision_id").asText("");
    need(decision == null || linked.equals(decision), name + " was linked to another decision");
  }

  private void planning(String tool) {
    ObjectNode wish = asked().put("query_text", "planner probe").put("include_shadow", false);
    tools().forEach(wish.putArray("tool_candidates")::add);
    Reply reply = run.client.patiently("/v1/memory/planning/context", wish, false);
    output.set("planning_context", reply.document());
    if (reply.error().equals("no_embedding_provider")) {
      return;
    }
    JsonNode plan = reply.json();
    need(reply.isOk(), "planning/context was answered with " + reply.complaint());
    need(
        plan.path("rules").path("matched").asInt(-1) == 1,
        "planning sees other rules than rules/evaluate");
    need(
        plan.path("tools").path("selection").path("selected").asText("").equals(tool),
        "planning selects another tool than tools/select");
  }

  private JsonNode call(String name, String path, ObjectNode body) {
    Reply reply = run.client.patiently("/v1/memory/" + path, body, false);
    output.set(name, reply.document());
    need(reply.isOk(), name + " was answered with " + reply.complaint());
    return reply.json();
  }

  private ObjectNode asked() {
    ObjectNode body = run.about(scope);
    body.putObject("context").put("intent", "probe-" + run.runId);
    return body;
  }

  private ObjectNode choosing(String runId) {
    ObjectNode body = asked().put("run_id", runId);
    tools().forEach(body.putArray("candidates")::add);
    return body;
  }

  private ObjectNode saying(String tool, String runId) {
    return choosing(runId)
        .put("selected_tool", tool)
        .put("outcome", "positive")
        .put("input_text", "planner probe");
  }

  private List<String> tools() {
    return List.of("probe-a-" + run.runId, "probe-b-" + run.runId, "probe-c-" + run.runId);
  }

  private void need(boolean truth, String otherwise) {
    if (!truth) {
      reasons.add(otherwise);
    }
  }
}
