package io.perdura.client;

import io.perdura.client.model.EvaluateAnswer;
import io.perdura.client.model.EvaluateRequest;
import io.perdura.client.model.RuleFeedbackAnswer;
import io.perdura.client.model.RuleFeedbackRequest;
import io.perdura.client.model.RuleStateAnswer;
import io.perdura.client.model.RuleStateRequest;

/** Rules: feedback on them, their state, which match. */
public final class Rules {
  private final Perdura client;

  Rules(Perdura client) {
    this.client = client;
  }

  /** Tell whether a rule helped: <code>ruleFeedback</code>. */
  public Call<RuleFeedbackAnswer> feedback(RuleFeedbackRequest request) {
    return client.call(Operation.RULE_FEEDBACK, RuleFeedbackAnswer.class).body(request);
  }

  /** Put a rule in force, or take it out: <code>setRuleState</code>. */
  public Call<RuleStateAnswer> setState(RuleStateRequest request) {
    return client.call(Operation.SET_RULE_STATE, RuleStateAnswer.class).body(request);
  }

  /** Match the rules of a scope against a context: <code>evaluateRules</code>. */
  public Call<EvaluateAnswer> evaluate(EvaluateRequest request) {
    return client.call(Operation.EVALUATE_RULES, EvaluateAnswer.class).body(request);
  }
}
