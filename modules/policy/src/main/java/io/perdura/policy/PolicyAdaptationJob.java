package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;

/** Suggests changes of rules' states, and fails while rules are in force that should not be. */
@ApplicationScoped
public class PolicyAdaptationJob implements ReportWork {
  private static final Comparator<PolicyAdaptation.Suggestion> BEST_FIRST =
      Comparator.comparingDouble(PolicyAdaptation.Suggestion::confidence)
          .thenComparingDouble(PolicyAdaptation.Suggestion::order)
          .reversed();

  private final Database database;
  private final Settings settings;

  @Inject
  PolicyAdaptationJob(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected PolicyAdaptationJob() {
    this(null, null);
  }

  private static JobParameter whole(String name, Long fallback, long least, long most, String why) {
    return JobParameter.number(name, fallback, least, most, why);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "policy-adaptation-gate",
            "Suggests changes of rules' states; fails while rules are in force that should not be.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            whole("window-hours", 168L, 1, 2_160, "Hours whose feedback counts as recent."),
            whole("limit", 200L, 1, 2_000, "Rules that are judged, the newest changed first."),
            whole(
                "min-promote-positives", 10L, 0, 1_000_000, "Shadow to active: positive feedback."),
            whole("min-promote-distinct-runs", 3L, 1, 1_000_000, "Shadow to active: runs."),
            JobParameter.ratio(
                "max-promote-neg-ratio", 0.1, 0, 1, "Shadow to active: negative part."),
            whole(
                "min-promote-score",
                null,
                0,
                1_000_000,
                "Shadow to active: positive less negative; one less than the positives if not given."),
            JobParameter.ratio(
                "min-promote-confidence", 0.55, 0, 1, "Shadow to active: confidence."),
            whole(
                "min-promote-shadow-positives",
                3L,
                0,
                1_000_000,
                "Draft to shadow: positive feedback."),
            whole(
                "max-promote-shadow-negatives",
                0L,
                0,
                1_000_000,
                "Draft to shadow: negative feedback."),
            whole("min-promote-shadow-distinct-runs", 3L, 1, 1_000_000, "Draft to shadow: runs."),
            JobParameter.ratio(
                "min-promote-shadow-confidence", 0.5, 0, 1, "Draft to shadow: confidence."),
            whole(
                "min-disable-negatives",
                5L,
                1,
                1_000_000,
                "Active to disabled: negative feedback."),
            JobParameter.ratio(
                "min-disable-neg-ratio", 0.6, 0, 1, "Active to disabled: negative part."),
            JobParameter.ratio(
                "min-disable-confidence", 0.6, 0, 1, "Active to disabled: confidence."),
            whole(
                "stale-active-hours",
                336L,
                1,
                87_600,
                "Hours without feedback that make a rule stale."),
            whole(
                "canary-min-feedback",
                20L,
                1,
                1_000_000,
                "Feedback below which a change should be tried on few first."),
            JobParameter.ratio(
                "urgent-disable-confidence",
                0.85,
                0,
                1,
                "Confidence from which on a rule should go at once."),
            whole(
                "max-urgent-disable-candidates", 0L, 0, 2_000, "Such rules that may be in force."),
            whole("max-canary-disable-candidates", 3L, 0, 2_000, "Less certain ones that may be."),
            JobParameter.flag("no-json", "leave the rules themselves out of the result"),
            GateChecks.strict(),
            GateChecks.strictWarnings())
        .where(ScopeParameters.check(settings));
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(given, settings);
    List<JsonNode> rules =
        new RuleFactsSql(database, scope.key(), (int) given.number("window-hours"))
            .newest(List.of("draft", "shadow", "active"), (int) given.number("limit"));
    PolicyAdaptation judge =
        new PolicyAdaptation(given, scope.scope(), scope.tenant().value(), !given.flag("no-json"));
    List<PolicyAdaptation.Suggestion> all =
        rules.stream().flatMap(rule -> judge.judge(rule).stream()).sorted(BEST_FIRST).toList();
    progress.at(rules.size(), rules.size());
    double urgentFrom = given.ratio("urgent-disable-confidence");
    long urgent = all.stream().filter(s -> isDisable(s) && s.confidence() >= urgentFrom).count();
    long canary =
        all.stream().filter(s -> isDisable(s) && s.confidence() < urgentFrom && s.canary()).count();
    GateChecks checks =
        new GateChecks()
            .atMost(
                GateChecks.Severity.ERROR,
                "urgent_disable_candidates_max",
                (double) urgent,
                given.ratio("max-urgent-disable-candidates"),
                "active rules whose feedback says that they should go at once")
            .atMost(
                GateChecks.Severity.WARNING,
                "canary_disable_candidates_max",
                (double) canary,
                given.ratio("max-canary-disable-candidates"),
                "active rules that should go, with less certainty");
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("kind", "policy_adaptation_gate")
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("window_hours", given.number("window-hours"));
    body.set("thresholds", thresholds(given));
    ObjectNode scanned = body.putObject("scanned").put("rules", rules.size());
    for (String state : List.of("draft", "shadow", "active")) {
      scanned.put(
          state + "_rules",
          rules.stream().filter(rule -> rule.get("state").textValue().equals(state)).count());
    }
    body.set("checks", checks.json());
    ObjectNode summary = checks.summary();
    body.set("summary", summary);
    ObjectNode suggestions = body.putObject("suggestions");
    summary.put("promote_to_shadow_candidates", put(suggestions, "promote_to_shadow", all));
    summary.put("promote_candidates", put(suggestions, "promote_to_active", all));
    summary.put("disable_candidates", put(suggestions, "disable_active", all));
    summary.put("urgent_disable_candidates", urgent).put("canary_disable_candidates", canary);
    body.put(
        "next_step",
        all.isEmpty()
            ? "nothing to change"
            : "look at the suggestions, then send the payload of apply to its endpoint");
    return checks.verdict(given, body);
  }

  private static boolean isDisable(PolicyAdaptation.Suggestion suggestion) {
    return suggestion.action().equals("disable_active");
  }

  private static int put(
      ObjectNode suggestions, String action, List<PolicyAdaptation.Suggestion> all) {
    ArrayNode list = suggestions.putArray(action);
    all.stream().filter(s -> s.action().equals(action)).forEach(s -> list.add(s.json()));
    return list.size();
  }

  private static ObjectNode thresholds(JobParameters given) {
    ObjectNode json = Jsons.object();
    copy(
        given,
        json.putObject("promote"),
        "min-promote-positives",
        "min-promote-distinct-runs",
        "max-promote-neg-ratio",
        "min-promote-confidence");
    json.withObject("/promote").put("min_promote_score", PolicyAdaptation.minScore(given));
    copy(
        given,
        json.putObject("promote_to_shadow"),
        "min-promote-shadow-positives",
        "max-promote-shadow-negatives",
        "min-promote-shadow-distinct-runs",
        "min-promote-shadow-confidence");
    copy(
        given,
        json.putObject("disable"),
        "min-disable-negatives",
        "min-disable-neg-ratio",
        "min-disable-confidence",
        "stale-active-hours");
    copy(given, json.putObject("canary"), "canary-min-feedback", "urgent-disable-confidence");
    copy(
        given,
        json.putObject("gate"),
        "max-urgent-disable-candidates",
        "max-canary-disable-candidates");
    return json;
  }

  private static void copy(JobParameters given, ObjectNode target, String... names) {
    for (String name : names) {
      Figures.put(target, name.replace('-', '_'), given.ratio(name));
    }
  }
}
