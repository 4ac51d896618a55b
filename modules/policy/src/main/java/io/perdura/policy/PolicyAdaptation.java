package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameters;
import io.perdura.kernel.Jsons;
import java.util.Locale;
import java.util.Optional;

/**
 * Judges one rule by its feedback: whether to try it, to put it in force, or to take it out.
 *
 * <p>Positive and negative counts are those of the rule's whole life; totals, ratios and runs those
 * of the window. Staleness is told from the last feedback there ever was. Where it cannot be seen,
 * because a window with feedback in it is shorter than the time that makes a rule stale, its weight
 * goes to the other terms: else no amount of bad feedback would ever be urgent.
 */
final class PolicyAdaptation {
  private static final double SHADOW_CANARY = 0.75;
  private static final double ACTIVE_CANARY = 0.8;
  private static final double HIGH = 0.67;
  private static final double MEDIUM = 0.34;

  private final JobParameters given;
  private final String scope;
  private final String tenant;
  private final boolean withRule;

  PolicyAdaptation(JobParameters given, String scope, String tenant, boolean withRule) {
    this.given = given;
    this.scope = scope;
    this.tenant = tenant;
    this.withRule = withRule;
  }

  /** What a rule's feedback comes to. */
  private record Facts(
      long positives, long negatives, double n, double windowNegatives, double runs, Double hours) {
    static Facts of(JsonNode rule) {
      JsonNode window = rule.get("window");
      JsonNode hours = rule.get("hours_since_feedback");
      return new Facts(
          rule.get("positive").longValue(),
          rule.get("negative").longValue(),
          window.get("total").doubleValue(),
          window.get("negative").doubleValue(),
          window.get("runs").doubleValue(),
          hours.isNull() ? null : hours.doubleValue());
    }

    double ratio() {
      return n == 0 ? 0 : windowNegatives / n;
    }

    long score() {
      return positives - negatives;
    }
  }

  /** A change that is suggested. */
  record Suggestion(
      String action, double confidence, boolean canary, double order, ObjectNode json) {}

  Optional<Suggestion> judge(JsonNode rule) {
    Facts facts = Facts.of(rule);
    return switch (rule.get("state").textValue()) {
      case "draft" -> toShadow(rule, facts);
      case "shadow" -> toActive(rule, facts);
      default -> toDisabled(rule, facts);
    };
  }

  private Optional<Suggestion> toShadow(JsonNode rule, Facts facts) {
    double canaryFeedback = given.number("canary-min-feedback");
    double allowed = given.number("max-promote-shadow-negatives");
    double confidence =
        0.45 * unit(facts.n / canaryFeedback)
            + 0.35 * unit(facts.runs / given.number("min-promote-shadow-distinct-runs"))
            + 0.2 * unit(1 - facts.negatives / Math.max(allowed + 1, 1));
    boolean eligible =
        facts.positives >= given.number("min-promote-shadow-positives")
            && facts.negatives <= allowed
            && facts.runs >= given.number("min-promote-shadow-distinct-runs")
            && confidence >= given.ratio("min-promote-shadow-confidence");
    boolean canary = confidence < SHADOW_CANARY || facts.n < canaryFeedback;
    return eligible
        ? suggestion(
            rule, facts, "shadow", confidence, 1 - confidence, canary, (double) facts.score())
        : Optional.empty();
  }

  private Optional<Suggestion> toActive(JsonNode rule, Facts facts) {
    double canaryFeedback = given.number("canary-min-feedback");
    double ratioAllowed = given.ratio("max-promote-neg-ratio");
    double confidence =
        0.45 * unit(1 - facts.ratio() / Math.max(ratioAllowed, 0.0001))
            + 0.35 * unit(facts.n / canaryFeedback)
            + 0.2 * unit(facts.runs / given.number("min-promote-distinct-runs"));
    boolean eligible =
        facts.positives >= given.number("min-promote-positives")
            && facts.ratio() <= ratioAllowed
            && facts.score() >= minScore(given)
            && facts.runs >= given.number("min-promote-distinct-runs")
            && confidence >= given.ratio("min-promote-confidence");
    boolean canary = confidence < ACTIVE_CANARY || facts.n < canaryFeedback;
    return eligible
        ? suggestion(
            rule, facts, "active", confidence, 1 - confidence, canary, (double) facts.score())
        : Optional.empty();
  }

  static long minScore(JobParameters given) {
    return given
        .text("min-promote-score")
        .map(Long::parseLong)
        .orElseGet(() -> Math.max(0, given.number("min-promote-positives") - 1));
  }

  private Optional<Suggestion> toDisabled(JsonNode rule, Facts facts) {
    double minNegatives = given.number("min-disable-negatives");
    double minRatio = given.ratio("min-disable-neg-ratio");
    double staleHours = given.number("stale-active-hours");
    boolean stale = facts.hours != null && facts.hours >= staleHours;
    boolean isSeen = stale || facts.n == 0 || staleHours <= given.number("window-hours");
    // Without feedback in the window there is the feedback before it.
    double evidence = facts.n > 0 ? facts.n : facts.positives + facts.negatives;
    double ratio =
        facts.n > 0 ? facts.ratio() : GateChecks.share((double) facts.negatives, evidence);
    ratio = evidence == 0 ? 0 : ratio;
    double confidence =
        0.55 * unit(ratio / Math.max(minRatio, 0.0001))
            + 0.25 * unit(evidence / (2 * minNegatives))
            + (stale ? 0.2 : 0);
    if (!isSeen) {
      confidence /= 0.8;
    }
    confidence = unit(confidence);
    boolean bad = facts.windowNegatives >= minNegatives && facts.ratio() >= minRatio;
    boolean eligible =
        (bad || (stale && facts.score() < 0))
            && confidence >= given.ratio("min-disable-confidence");
    boolean canary =
        confidence < given.ratio("urgent-disable-confidence")
            || facts.n < given.number("canary-min-feedback");
    return eligible
        ? suggestion(rule, facts, "disabled", confidence, confidence, canary, facts.windowNegatives)
        : Optional.empty();
  }

  private static double unit(double value) {
    return Math.clamp(value, 0.0, 1.0);
  }

  private Optional<Suggestion> suggestion(
      JsonNode rule,
      Facts facts,
      String target,
      double confidence,
      double risk,
      boolean canary,
      double order) {
    String state = rule.get("state").textValue();
    String action =
        switch (target) {
          case "shadow" -> "promote_to_shadow";
          case "active" -> "promote_to_active";
          default -> "disable_active";
        };
    ObjectNode json = Jsons.object().put("action", action);
    json.set("rule_node_id", rule.get("rule_node_id"));
    json.put("current_state", state).put("target_state", target);
    json.set("summary", rule.get("summary"));
    Figures.put(json, "confidence", GateChecks.rounded(confidence));
    Figures.put(json, "risk_score", GateChecks.rounded(risk));
    json.put("risk_level", risk >= HIGH ? "high" : risk >= MEDIUM ? "medium" : "low")
        .put("canary_recommended", canary);
    ObjectNode metrics = json.putObject("metrics");
    metrics.put("positive_count", facts.positives).put("negative_count", facts.negatives);
    metrics.put("score", facts.score());
    metrics.set("window", rule.get("window"));
    Figures.put(metrics, "window_negative_ratio", GateChecks.rounded(facts.ratio()));
    metrics.set("positive_runs", rule.get("positive_runs"));
    metrics.set("negative_runs", rule.get("negative_runs"));
    Figures.put(
        metrics,
        "hours_since_feedback",
        facts.hours == null ? -1 : GateChecks.rounded(facts.hours));
    ArrayNode reasons = json.putArray("reasons");
    reasons.add(
        String.format(
            Locale.ROOT,
            "%.0f feedbacks in the window, %.0f negative, from %.0f runs; %d positive and %d negative in all",
            facts.n,
            facts.windowNegatives,
            facts.runs,
            facts.positives,
            facts.negatives));
    ObjectNode trace = json.putObject("trace");
    trace.set("commit_id", rule.get("commit_id"));
    trace.set("updated_at", rule.get("updated_at"));
    trace.set("last_evaluated_at", rule.get("last_evaluated_at"));
    trace.set("recent_last_feedback_at", rule.get("last_feedback_at"));
    json.set("apply", call(rule, target, "job: " + action));
    json.set("rollback", call(rule, state, "job: take " + action + " back"));
    if (withRule) {
      ObjectNode own = json.putObject("rule");
      own.set("if", rule.get("if_json"));
      own.set("then", rule.get("then_json"));
      own.set("exceptions", rule.get("exceptions_json"));
    }
    return Optional.of(new Suggestion(action, confidence, canary, order, json));
  }

  private ObjectNode call(JsonNode rule, String state, String why) {
    ObjectNode call = Jsons.object().put("endpoint", "/v1/memory/rules/state");
    ObjectNode payload = call.putObject("payload").put("tenant_id", tenant).put("scope", scope);
    payload.set("rule_node_id", rule.get("rule_node_id"));
    payload.put("state", state).put("input_text", why);
    return call;
  }
}
