package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Issue;
import io.perdura.kernel.Settings;
import io.perdura.recall.RecallRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a planner asks for at once: a recall, the rules, and a tool (contract, section 7.7).
 *
 * @param context null when none was sent
 * @param tools null when there is nothing to choose from
 */
public record PlanningRequest(
    RecallRequest recall,
    JsonNode context,
    boolean includeShadow,
    int rulesLimit,
    SelectRequest tools) {

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code invalid_text}
   */
  public static PlanningRequest read(JsonNode source, Settings settings) {
    Fields body = Fields.of(source);
    String runId = body.optString("run_id");
    boolean includeShadow = body.bool("include_shadow", false);
    int rulesLimit =
        body.integer("rules_limit", 1, EvaluateRequest.MOST_RULES, EvaluateRequest.USUAL_RULES);
    List<String> candidates = body.optStrings("tool_candidates", 0, Texts.MOST_CANDIDATES, 1);
    boolean strict = body.bool("tool_strict", true);
    RecallRequest recall = recall(body, settings);
    JsonNode context = body.source().get("context");
    SelectRequest tools =
        candidates == null || candidates.isEmpty()
            ? null
            : new SelectRequest(
                recall.scope(),
                context,
                Texts.candidates(candidates),
                Texts.storable("run_id", runId),
                includeShadow,
                rulesLimit,
                strict);
    return new PlanningRequest(recall, context, includeShadow, rulesLimit, tools);
  }

  /** Reads the recall; all issues of the body are told together, and before any other fault. */
  private static RecallRequest recall(Fields body, Settings settings) {
    List<Issue> issues = new ArrayList<>();
    try {
      body.throwIfInvalid();
    } catch (InvalidRequestException e) {
      issues.addAll(e.issues());
    }
    try {
      RecallRequest recall =
          RecallRequest.read(recallPart(body), RecallRequest.Kind.RECALL_TEXT, settings);
      if (issues.isEmpty()) {
        return recall;
      }
    } catch (InvalidRequestException e) {
      issues.addAll(0, e.issues());
    } catch (ApiException e) {
      if (issues.isEmpty()) {
        throw e;
      }
    }
    throw new InvalidRequestException(issues);
  }

  /** The recall has no rules of its own here: they have a block beside it. */
  private static ObjectNode recallPart(Fields body) {
    ObjectNode part = body.source().deepCopy();
    part.remove(List.of("rules_context", "rules_include_shadow", "rules_limit"));
    return part;
  }
}
