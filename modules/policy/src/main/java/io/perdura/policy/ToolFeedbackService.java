package io.perdura.policy;

import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.memory.WriteIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Credits the rules that chose a tool with how the tool did (contract, section 7.6). */
@ApplicationScoped
public class ToolFeedbackService {
  private final Database database;
  private final RuleSets ruleSets;
  private final Evaluator evaluator;

  /** For the container's proxy. */
  protected ToolFeedbackService() {
    this.database = null;
    this.ruleSets = null;
    this.evaluator = null;
  }

  @Inject
  ToolFeedbackService(Database database, Settings settings, RuleSets ruleSets, PolicyMeter meter) {
    this.database = database;
    this.ruleSets = ruleSets;
    this.evaluator = new Evaluator(settings, meter);
  }

  /**
   * Counts a feedback on every rule that it is credited to; none is fine.
   *
   * @param caller whose private rules may be credited; null = everybody's
   * @throws io.perdura.kernel.ApiException 400 {@code decision_not_found_in_scope}, {@code
   *     decision_context_mismatch}, {@code decision_selected_tool_mismatch}, {@code
   *     decision_candidates_mismatch}, {@code decision_run_id_mismatch}; 503 {@code
   *     erasure_in_progress}
   */
  public Once.Answer feedback(ToolFeedbackRequest request, WriteIdentity caller, Once once) {
    return database.once(
        once,
        "tool feedback",
        tx -> {
          RuleSet rules = ruleSets.of(tx.connection(), request.scope());
          Evaluation now =
              evaluator.evaluate(
                  request.scope(),
                  rules,
                  request.context(),
                  request.includeShadow(),
                  request.rulesLimit());
          return new ToolFeedbackRun(tx, request, now, caller).run();
        });
  }
}
