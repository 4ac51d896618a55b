package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;

/**
 * Matches rules against contexts. Pure: the same rules and the same context always give the same
 * evaluation, whatever else happens.
 */
final class Evaluator {
  private final boolean redacts;
  private final boolean lanesAlways;

  Evaluator(Settings settings) {
    redacts = settings.get(CoreSettings.PII_REDACTION);
    lanesAlways = settings.get(PolicySettings.PERDURA_RULE_LANES_ALWAYS);
  }

  /**
   * Evaluates every rule of a set.
   *
   * @param context null when the caller sent none
   * @param limit rules that each list of the answer names at most; all that match are applied
   */
  Evaluation evaluate(
      ScopeKey scope, RuleSet set, JsonNode context, boolean includeShadow, int limit) {
    Redaction redaction = new Redaction(redacts);
    ContextIdentity identity = ContextIdentity.of(context);
    EvaluationRun run =
        new EvaluationRun(
                identity,
                lanesAlways,
                (target, own) -> target != null && own != null && isSame(target, own, redaction))
            // Conditions were redacted when they were written, so the context has to be as well
            // (D8).
            .over(set, context == null ? null : redaction.redact(context));
    return new Evaluation(scope, run, identity, includeShadow, limit);
  }

  private static boolean isSame(String target, String own, Redaction redaction) {
    return target.equals(own) || target.equals(redaction.redact(own));
  }
}
