package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import io.perdura.memory.RuleBook;
import io.perdura.recall.RulesEvaluator;
import io.perdura.recall.RulesWish;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** States of rules, feedback on them, and their evaluation (contract, sections 7.1 to 7.3). */
@ApplicationScoped
public class RuleService implements RulesEvaluator {
  private final Database database;
  private final Settings settings;
  private final RuleSets ruleSets;
  private final Evaluator evaluator;

  /** For the container's proxy. */
  protected RuleService() {
    this.database = null;
    this.settings = null;
    this.ruleSets = null;
    this.evaluator = null;
  }

  @Inject
  RuleService(Database database, Settings settings, RuleSets ruleSets, PolicyMeter meter) {
    this.database = database;
    this.settings = settings;
    this.ruleSets = ruleSets;
    this.evaluator = new Evaluator(settings, meter);
  }

  /**
   * Counts a feedback on one rule, whatever its state.
   *
   * @throws ApiException 400 {@code rule_not_found_in_scope}, 503 {@code erasure_in_progress}
   */
  public Once.Answer feedback(FeedbackRequest request, Once once) {
    return database.once(once, "rule feedback", tx -> feedback(tx, request));
  }

  private static JsonNode feedback(Tx tx, FeedbackRequest request) throws SQLException {
    RuleBook book = RuleBook.of(tx, request.scope());
    UUID rule = lock(book, request.ruleNodeId(), request).id();
    UUID id = UUID.randomUUID();
    ObjectNode diff = Jsons.object();
    diff.putArray("feedback")
        .addObject()
        .put("id", id.toString())
        .put("rule_node_id", rule.toString())
        .put("outcome", request.outcome())
        .put("run_id", request.runId());
    RuleBook.Commit commit =
        book.append("rule_feedback", request.actor(), request.inputSha(), diff);
    FeedbackStore.Said said =
        new FeedbackStore.Said(
            request.runId(), request.outcome(), request.note(), "rule_feedback", null);
    FeedbackStore.insert(
        tx.connection(), request.scope(), said, List.of(id), List.of(rule), commit.id());
    book.count(List.of(rule), request.outcome());
    return committed(request.scope(), commit).put("feedback_id", id.toString());
  }

  private static RuleBook.Definition lock(RuleBook book, UUID id, FeedbackRequest request)
      throws SQLException {
    return book.lock(id, request.caller())
        .orElseThrow(() -> Faults.unknownRule(id, request.scope()));
  }

  /**
   * Moves a rule into another state. From its answer on, no server evaluates the rule as it was.
   *
   * @throws ApiException 400 {@code rule_not_found_in_scope}, or the code of the check that keeps
   *     the rule from being put in force
   */
  public Once.Answer setState(RuleStateRequest request, Once once) {
    return database.once(once, "rule state", tx -> setState(tx, request));
  }

  private JsonNode setState(Tx tx, RuleStateRequest request) throws SQLException {
    RuleBook book = RuleBook.of(tx, request.scope());
    RuleBook.Definition rule =
        book.lock(request.ruleNodeId(), request.caller())
            .orElseThrow(() -> Faults.unknownRule(request.ruleNodeId(), request.scope()));
    ArrayNode warnings = Jsons.array();
    if (request.putsInForce()) {
      RuleChecks.require(rule);
      warnings =
          RuleLint.warnings(
              rule.ifJson(),
              rule.exceptionsJson(),
              settings.get(PolicySettings.PERDURA_RULE_MULTI_OPERATORS));
    }
    ObjectNode diff = Jsons.object();
    diff.putArray("rule_state_change")
        .addObject()
        .put("rule_node_id", rule.id().toString())
        .put("state", request.state());
    RuleBook.Commit commit =
        book.append("rule_state_change", request.actor(), request.inputSha(), diff);
    book.setState(rule, request.state(), commit.id(), request.putsInForce());
    ObjectNode answer = committed(request.scope(), commit);
    if (!warnings.isEmpty()) {
      answer.set("warnings", warnings);
    }
    return answer;
  }

  private static ObjectNode committed(ScopeKey scope, RuleBook.Commit commit) {
    return Jsons.object()
        .put("tenant_id", scope.tenant().value())
        .put("scope", scope.scope())
        .put("commit_id", commit.id().toString())
        .put("commit_hash", commit.hash());
  }

  /** Evaluates the rules of a scope and tells which of them match, and what they make together. */
  public JsonNode evaluate(EvaluateRequest request) {
    return evaluator
        .evaluate(
            request.scope(),
            ruleSets.of(request.scope()),
            request.context(),
            request.includeShadow(),
            request.limit())
        .answer();
  }

  @Override
  public ObjectNode evaluate(ScopeKey scope, RulesWish wish) {
    return evaluator
        .evaluate(scope, ruleSets.of(scope), wish.context(), wish.includeShadow(), wish.limit())
        .recallBlock();
  }
}
