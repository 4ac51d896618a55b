package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/** Chooses tools and remembers the choice (contract, sections 7.4 and 7.5). */
@ApplicationScoped
public class ToolService {
  private final Database database;
  private final RuleSets ruleSets;
  private final Evaluator evaluator;
  private final PolicyMeter meter;

  /** For the container's proxy. */
  protected ToolService() {
    this.database = null;
    this.ruleSets = null;
    this.evaluator = null;
    this.meter = null;
  }

  @Inject
  ToolService(Database database, Settings settings, RuleSets ruleSets, PolicyMeter meter) {
    this.database = database;
    this.ruleSets = ruleSets;
    this.evaluator = new Evaluator(settings, meter);
    this.meter = meter;
  }

  /**
   * Chooses among the candidates under the rules in force. Two round trips; with a key, one
   * transaction.
   *
   * @throws ApiException 400 {@code no_tools_allowed}
   */
  public Once.Answer select(SelectRequest request, Once once) {
    if (once.isKeyed()) {
      return database.once(
          once,
          "select tool",
          tx ->
              store(
                  tx.connection(), choose(request, ruleSets.of(tx.connection(), request.scope()))));
    }
    return new Once.Answer(store(choose(request, ruleSets.of(request.scope()))), false);
  }

  /** What was chosen, before it is remembered. */
  record Choice(
      SelectRequest request,
      Evaluation evaluation,
      ToolSelection selection,
      ToolSelection shadowSelection,
      Decision decision) {

    ObjectNode answer(Decision stored) {
      ObjectNode json =
          Jsons.object()
              .put("scope", request.scope().scope())
              .put("tenant_id", request.scope().tenant().value());
      json.set("candidates", ToolPolicy.texts(request.candidates()));
      json.set("selection", selection.json());
      ObjectNode rules = evaluation.toolBlock();
      if (shadowSelection != null) {
        rules.set("shadow_selection", shadowSelection.json());
        rules.set("shadow_tool_conflicts_summary", evaluation.shadow().tools().summary());
      }
      json.set("rules", rules);
      json.set("decision", stored.brief());
      return json;
    }
  }

  /** Chooses without remembering. */
  Choice choose(SelectRequest request, RuleSet rules) {
    return choose(
        request,
        evaluator.evaluate(
            request.scope(),
            rules,
            request.context(),
            request.includeShadow(),
            request.rulesLimit()));
  }

  /** The same under rules that were evaluated already. */
  Choice choose(SelectRequest request, Evaluation evaluation) {
    AppliedPolicy active = evaluation.active();
    ToolSelection selection = select(request, active.tools());
    ObjectNode metadata =
        Jsons.object()
            .put("strict", request.strict())
            .put("include_shadow", request.includeShadow())
            .put("rules_limit", request.rulesLimit())
            .put("matched_rules", evaluation.matched());
    metadata.set("tool_conflicts_summary", active.tools().summary());
    ToolSelection shadow = null;
    if (evaluation.includesShadow()) {
      shadow = new ToolSelection(request.candidates(), evaluation.shadow().tools(), false);
      metadata.set("shadow_tool_conflicts_summary", evaluation.shadow().tools().summary());
    }
    Decision decision =
        new Decision(
            UUID.randomUUID(),
            request.runId(),
            selection.selected(),
            request.candidates(),
            ToolFeedbackRequest.contextSha(request.context()),
            active.sha256(),
            active.sources().stream().map(rule -> UUID.fromString(rule.id())).toList(),
            metadata,
            null,
            null);
    return new Choice(request, evaluation, selection, shadow, decision);
  }

  private ToolSelection select(SelectRequest request, ToolPolicy policy) {
    try {
      return new ToolSelection(request.candidates(), policy, request.strict());
    } catch (ApiException e) {
      meter.selected("refused");
      throw e;
    }
  }

  /** Remembers a choice and returns the whole answer. */
  ObjectNode store(Choice choice) {
    return database.statement("decision", connection -> store(connection, choice));
  }

  /** The same in a transaction, or in a statement that is its own. */
  ObjectNode store(Connection connection, Choice choice) throws SQLException {
    Decision stored =
        new DecisionStore(connection, choice.request().scope()).insert(choice.decision());
    meter.selected(stored.selectedTool() == null ? "none" : "selected");
    return choice.answer(stored);
  }

  /**
   * Looks a decision up.
   *
   * @throws ApiException 404 {@code decision_not_found_in_scope}
   */
  public JsonNode decision(DecisionRequest request) {
    Decision decision =
        database
            .read(
                "decision",
                connection ->
                    new DecisionStore(connection, request.scope()).find(request.decisionId()))
            .orElseThrow(() -> Faults.unknownDecision(404, request.decisionId(), request.scope()));
    ObjectNode answer =
        Jsons.object()
            .put("tenant_id", request.scope().tenant().value())
            .put("scope", request.scope().scope());
    answer.set("decision", decision.whole());
    return answer;
  }
}
