package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.recall.RecallOptions;
import io.perdura.recall.RecallService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Everything that a planner needs for its next step, in one answer (contract, section 7.7).
 *
 * <p>Rules are evaluated once, so rules and tools never disagree; a strict selection that fails is
 * told before anything is recalled, and the decision is remembered only when the rest succeeded
 * (defect D41).
 */
@ApplicationScoped
public class PlanningService {
  private final RuleSets ruleSets;
  private final Evaluator evaluator;
  private final RecallService recalls;
  private final ToolService tools;

  /** For the container's proxy. */
  protected PlanningService() {
    this.ruleSets = null;
    this.evaluator = null;
    this.recalls = null;
    this.tools = null;
  }

  @Inject
  PlanningService(Settings settings, RuleSets ruleSets, RecallService recalls, ToolService tools) {
    this.ruleSets = ruleSets;
    this.evaluator = new Evaluator(settings);
    this.recalls = recalls;
    this.tools = tools;
  }

  /**
   * Answers {@code request}.
   *
   * @throws io.perdura.kernel.ApiException what a recall and a selection may throw
   */
  public JsonNode plan(PlanningRequest request, RecallOptions options) {
    ScopeKey scope = request.recall().scope();
    Evaluation evaluation =
        evaluator.evaluate(
            scope,
            ruleSets.of(scope),
            request.context(),
            request.includeShadow(),
            request.rulesLimit());
    ToolService.Choice choice =
        request.tools() == null ? null : ToolService.choose(request.tools(), evaluation);
    ObjectNode recall = (ObjectNode) recalls.recall(request.recall(), options);
    ObjectNode answer =
        Jsons.object().put("tenant_id", scope.tenant().value()).put("scope", scope.scope());
    answer.set("query", recall.remove("query"));
    answer.set("recall", recall);
    answer.set("rules", evaluation.answer());
    if (choice != null) {
      answer.set("tools", tools.store(choice));
    }
    return answer;
  }
}
