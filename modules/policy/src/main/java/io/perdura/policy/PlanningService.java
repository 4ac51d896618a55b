package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import io.perdura.recall.RecallOptions;
import io.perdura.recall.RecallService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Everything that a planner needs for its next step, in one answer (contract, section 7.7).
 *
 * <p>Rules are evaluated once, so rules and tools never disagree; a strict selection that fails is
 * told before anything is recalled, and the decision is remembered only when the rest succeeded
 * (defect D41).
 */
@ApplicationScoped
public class PlanningService {
  private final Database database;
  private final RuleSets ruleSets;
  private final Evaluator evaluator;
  private final RecallService recalls;
  private final ToolService tools;

  /** For the container's proxy. */
  protected PlanningService() {
    this.database = null;
    this.ruleSets = null;
    this.evaluator = null;
    this.recalls = null;
    this.tools = null;
  }

  @Inject
  PlanningService(
      Database database,
      Settings settings,
      RuleSets ruleSets,
      RecallService recalls,
      ToolService tools,
      PolicyMeter meter) {
    this.database = database;
    this.ruleSets = ruleSets;
    this.evaluator = new Evaluator(settings, meter);
    this.recalls = recalls;
    this.tools = tools;
  }

  /**
   * Answers {@code request}. With a key the selection and the rules behind it happen once; without
   * tools nothing is stored, so there is nothing to happen once.
   *
   * @throws io.perdura.kernel.ApiException what a recall and a selection may throw
   */
  public Once.Answer plan(PlanningRequest request, RecallOptions options, Once once) {
    if (request.tools() != null && once.isKeyed()) {
      return planOnce(request, options, once);
    }
    ScopeKey scope = request.recall().scope();
    Evaluation evaluation = evaluate(request, ruleSets.of(scope));
    ToolService.Choice choice =
        request.tools() == null ? null : tools.choose(request.tools(), evaluation);
    ObjectNode recall = (ObjectNode) recalls.recall(request.recall(), options);
    ObjectNode plan = Jsons.object();
    plan.set("rules", evaluation.answer());
    if (choice != null) {
      plan.set("tools", tools.store(choice));
    }
    return new Once.Answer(answer(scope, recall, plan), false);
  }

  /**
   * What is recalled is read anew by a repeat: a stored answer would keep memory past its erasure,
   * because no transaction spans a recall and an erasure waits for transactions.
   */
  private Once.Answer planOnce(PlanningRequest request, RecallOptions options, Once once) {
    ScopeKey scope = request.recall().scope();
    Optional<Once.Answer> earlier = database.answered(once);
    if (earlier.isEmpty()) {
      tools.choose(request.tools(), evaluate(request, ruleSets.of(scope)));
    }
    ObjectNode recall = (ObjectNode) recalls.recall(request.recall(), options);
    Once.Answer plan =
        earlier.orElseGet(() -> database.once(once, "plan", tx -> decide(tx, request)));
    return new Once.Answer(answer(scope, recall, plan.body()), plan.replayed());
  }

  private ObjectNode decide(Tx tx, PlanningRequest request) throws SQLException {
    ScopeKey scope = request.recall().scope();
    Evaluation evaluation = evaluate(request, ruleSets.of(tx.connection(), scope));
    ToolService.Choice choice = tools.choose(request.tools(), evaluation);
    // An erasure finds the stored answers of a scope by its name.
    ObjectNode plan = head(scope);
    plan.set("rules", evaluation.answer());
    plan.set("tools", tools.store(tx.connection(), choice));
    return plan;
  }

  private Evaluation evaluate(PlanningRequest request, RuleSet rules) {
    return evaluator.evaluate(
        request.recall().scope(),
        rules,
        request.context(),
        request.includeShadow(),
        request.rulesLimit());
  }

  /**
   * @param plan the blocks {@code rules} and, with candidates, {@code tools}
   */
  private static ObjectNode answer(ScopeKey scope, ObjectNode recall, JsonNode plan) {
    ObjectNode answer = head(scope);
    answer.set("query", recall.remove("query"));
    answer.set("recall", recall);
    answer.set("rules", plan.get("rules"));
    if (plan.has("tools")) {
      answer.set("tools", plan.get("tools"));
    }
    return answer;
  }

  private static ObjectNode head(ScopeKey scope) {
    return Jsons.object().put("tenant_id", scope.tenant().value()).put("scope", scope.scope());
  }
}
