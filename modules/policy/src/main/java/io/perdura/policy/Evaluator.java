package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;

/**
 * Matches rules against contexts. Pure but for its figures: the same rules and the same context
 * always give the same evaluation, whatever else happens.
 */
final class Evaluator {
  private final boolean lanesAlways;
  private final PolicyMeter meter;

  Evaluator(Settings settings, PolicyMeter meter) {
    lanesAlways = settings.get(PolicySettings.PERDURA_RULE_LANES_ALWAYS);
    this.meter = meter;
  }

  /**
   * Evaluates every rule of a set.
   *
   * @param context null when the caller sent none
   * @param limit rules that each list of the answer names at most; all that match are applied
   */
  Evaluation evaluate(
      ScopeKey scope, RuleSet set, JsonNode context, boolean includeShadow, int limit) {
    long start = System.nanoTime();
    ContextIdentity identity = ContextIdentity.of(context);
    EvaluationRun run =
        new EvaluationRun(identity, lanesAlways, Evaluator::isTarget).over(set, context);
    Evaluation evaluation = new Evaluation(scope, run, identity, includeShadow, limit);
    meter.evaluated(System.nanoTime() - start);
    return evaluation;
  }

  /** A target was redacted when the rule was written, if it looked like personal data. */
  private static boolean isTarget(String target, String own) {
    return target != null
        && own != null
        && (target.equals(own) || target.equals(new Redaction(true).redact(own)));
  }
}
