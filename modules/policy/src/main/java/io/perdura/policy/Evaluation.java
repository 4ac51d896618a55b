package io.perdura.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import java.util.ArrayList;
import java.util.List;

/** What came of evaluating a scope's rules against one context (contract, section 7.3). */
final class Evaluation {
  private static final int SAMPLE = 5;

  private final ScopeKey scope;
  private final ContextIdentity identity;
  private final boolean includeShadow;
  private final int limit;
  private final List<Rule> activeRules = new ArrayList<>();
  private final List<Rule> shadowRules = new ArrayList<>();
  private final ArrayNode invalidSample = Jsons.array();
  private final ObjectNode summary;
  private final int considered;
  private final int invalid;
  private final AppliedPolicy active;
  private final AppliedPolicy shadow;

  Evaluation(
      ScopeKey scope,
      EvaluationRun run,
      ContextIdentity identity,
      boolean includeShadow,
      int limit) {
    this.scope = scope;
    this.identity = identity;
    this.includeShadow = includeShadow;
    this.limit = limit;
    considered = run.scanned;
    invalid = run.invalid.size();
    for (Rule rule : run.matched) {
      if (rule.active()) {
        activeRules.add(rule);
      } else if (includeShadow) {
        shadowRules.add(rule);
      }
    }
    run.invalid.stream()
        .limit(SAMPLE)
        .forEach(rule ->
            invalidSample
                .addObject()
                .put("rule_node_id", rule.id())
                .put("state", rule.state())
                .put("commit_id", rule.commitId()));
    summary = summary(run);
    active = new AppliedPolicy(activeRules);
    shadow = includeShadow ? new AppliedPolicy(shadowRules) : null;
  }

  private ObjectNode summary(EvaluationRun run) {
    ObjectNode json = Jsons.object();
    json.putObject("agent").put("id", identity.agentId()).put("team_id", identity.teamId());
    json.putObject("rule_scope")
        .put("scanned", run.scanned)
        .put("filtered_by_scope", run.filteredByScope)
        .put("filtered_by_lane", run.filteredByLane)
        .put("filtered_by_condition", run.filteredByCondition)
        .put("skipped_invalid_then", run.invalid.size())
        .put("matched_active", activeRules.size())
        .put("matched_shadow", shadowRules.size());
    json.putObject("lane")
        .put("applied", run.lanesApply)
        .put("reason", identity.laneReason())
        .put("legacy_unowned_private_visible", 0)
        .put("legacy_unowned_private_detected", run.unowned);
    return json;
  }

  boolean includesShadow() {
    return includeShadow;
  }

  int matched() {
    return activeRules.size() + shadowRules.size();
  }

  AppliedPolicy active() {
    return active;
  }

  /** Null unless shadow rules were asked for. */
  AppliedPolicy shadow() {
    return shadow;
  }

  /** The whole answer of rules/evaluate. */
  ObjectNode answer() {
    ObjectNode json =
        Jsons.object().put("scope", scope.scope()).put("tenant_id", scope.tenant().value());
    putCounts(json);
    json.set("active", matches(activeRules));
    json.set("shadow", matches(shadowRules));
    json.set("agent_visibility_summary", summary.deepCopy());
    json.set("applied", applied());
    return json;
  }

  /** The block inside a recall. */
  ObjectNode recallBlock() {
    ObjectNode json = Jsons.object().put("scope", scope.scope());
    putCounts(json);
    json.set("applied", applied());
    return json;
  }

  /** The block inside a tool selection. */
  ObjectNode toolBlock() {
    ObjectNode json = Jsons.object();
    putCounts(json);
    json.set("agent_visibility_summary", summary.deepCopy());
    json.set("applied", applied());
    json.set("tool_conflicts_summary", active.tools().summary());
    return json;
  }

  private void putCounts(ObjectNode json) {
    json.put("considered", considered)
        .put("matched", matched())
        .put("skipped_invalid_then", invalid);
    json.set("invalid_then_sample", invalidSample.deepCopy());
  }

  private ArrayNode matches(List<Rule> rules) {
    ArrayNode list = Jsons.array();
    rules.stream().limit(limit).forEach(rule -> list.add(rule.match()));
    return list;
  }

  private ObjectNode applied() {
    ObjectNode json = Jsons.object();
    active.write(json, "");
    if (shadow != null) {
      shadow.write(json, "shadow_");
    }
    return json;
  }
}
