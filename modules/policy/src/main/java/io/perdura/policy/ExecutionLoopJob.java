package io.perdura.policy;

import static io.perdura.policy.GateChecks.Severity.WARNING;

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

/**
 * Judges whether the loop of decisions and feedback turns: enough feedback, tied to runs and to
 * decisions, on the rules that are in force. A scope without traffic does not pass it.
 */
@ApplicationScoped
public class ExecutionLoopJob implements ReportWork {
  private static final int SAMPLE = 20;

  private final Database database;
  private final Settings settings;

  @Inject
  ExecutionLoopJob(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected ExecutionLoopJob() {
    this(null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "execution-loop-gate",
            "Judges whether decisions get feedback, and rules in force too.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number("window-hours", 24L, 1, 720, "Hours that are looked at."),
            JobParameter.number("min-feedback-events", 10L, 0, 1_000_000, "Least feedback."),
            JobParameter.number("min-distinct-runs", 3L, 0, 1_000_000, "Least runs that gave any."),
            JobParameter.ratio(
                "min-run-id-coverage", 0.8, 0, 1, "Least part of it that names its run."),
            JobParameter.ratio("max-negative-ratio", 0.35, 0, 1, "Greatest part that is negative."),
            JobParameter.ratio(
                "min-active-feedback-coverage",
                0.6,
                0,
                1,
                "Least part of active rules with feedback."),
            JobParameter.number(
                "max-stale-active-rules", 5L, 0, 1_000_000, "Active rules without it."),
            JobParameter.ratio(
                "min-decision-link-coverage",
                0.95,
                0,
                1,
                "Least part of feedback on tools whose decision is there."),
            JobParameter.ratio(
                "min-recall-identity-coverage",
                0.8,
                0,
                1,
                "Least part of recalls by a named agent or team."),
            JobParameter.ratio(
                "min-private-owner-coverage",
                1,
                0,
                1,
                "Least part of private nodes with an owner."),
            JobParameter.number(
                "cross-tenant-drift-min-feedback",
                5L,
                0,
                1_000_000,
                "Feedback below which a tenant's ratio does not count."),
            JobParameter.ratio(
                "max-tenant-negative-ratio-drift",
                0.3,
                0,
                1,
                "How far tenants' negative parts may lie apart."),
            JobParameter.number(
                "max-tenant-active-rule-count-drift",
                20L,
                0,
                1_000_000,
                "How far their active rules may."),
            GateChecks.strict(),
            GateChecks.strictWarnings())
        .where(ScopeParameters.check(settings));
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(given, settings);
    int hours = (int) given.number("window-hours");
    JsonNode facts = GovernanceFacts.ofScope(database, scope, hours);
    GovernanceFacts.Tenants tenants =
        GovernanceFacts.ofTenants(database, settings.defaults().tenant(), hours);
    long floor = given.number("cross-tenant-drift-min-feedback");
    GateChecks checks = checks(given, facts);
    if (tenants.areSeveral()) {
      checks
          .atMost(
              WARNING,
              "tenant_active_rule_count_drift_max",
              (double) tenants.activeRuleDrift(),
              given.ratio("max-tenant-active-rule-count-drift"),
              "most less fewest active rules of a tenant")
          .atMost(
              WARNING,
              "tenant_negative_ratio_drift_max",
              tenants.negativeRatioDrift(floor),
              given.ratio("max-tenant-negative-ratio-drift"),
              "most less least negative part of a tenant's feedback");
    }
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("kind", "execution_loop_gate")
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("window_hours", hours);
    ObjectNode thresholds = body.putObject("thresholds");
    for (JobParameter parameter : definition().parameters()) {
      String name = parameter.name();
      if (name.startsWith("m") || name.startsWith("cross")) {
        Figures.put(thresholds, name.replace('-', '_'), given.ratio(name));
      }
    }
    ObjectNode metrics = body.putObject("metrics");
    metrics.set("feedback", facts.get("feedback"));
    metrics.set("rules", facts.get("rules"));
    metrics.set("decision", facts.get("decision"));
    ObjectNode governance = metrics.putObject("governance");
    governance.set("recall_audit", facts.get("recall"));
    governance.set("lane_boundary", facts.get("lane"));
    ObjectNode drift = governance.putObject("tenant_policy_drift");
    drift.put("tenants", tenants.rows().size());
    drift.put("active_rule_count_drift", tenants.activeRuleDrift());
    Figures.put(
        drift, "negative_ratio_drift", GateChecks.rounded(tenants.negativeRatioDrift(floor)));
    ArrayNode sample = drift.putArray("sample");
    tenants.rows().stream().limit(SAMPLE).forEach(sample::add);
    body.set("checks", checks.json());
    body.set("summary", checks.summary());
    return checks.verdict(given, body);
  }

  private static GateChecks checks(JobParameters given, JsonNode facts) {
    double feedback = facts.at("/feedback/total").doubleValue();
    double negative = facts.at("/feedback/negative").doubleValue();
    double active = facts.at("/rules/active").doubleValue();
    double covered = facts.at("/rules/active_with_feedback").doubleValue();
    return new GateChecks()
        .atLeast(
            WARNING,
            "feedback_events_min",
            feedback,
            given.ratio("min-feedback-events"),
            "feedback in the window")
        .atLeast(
            WARNING,
            "feedback_distinct_runs_min",
            facts.at("/feedback/distinct_runs").doubleValue(),
            given.ratio("min-distinct-runs"),
            "runs that gave feedback")
        .atLeast(
            WARNING,
            "feedback_run_id_coverage_min",
            GateChecks.share(facts.at("/feedback/with_run_id").doubleValue(), feedback),
            given.ratio("min-run-id-coverage"),
            "part of the feedback that names its run")
        .atMost(
            WARNING,
            "feedback_negative_ratio_max",
            feedback == 0 ? 0 : negative / feedback,
            given.ratio("max-negative-ratio"),
            "part of the feedback that is negative")
        .atLeast(
            WARNING,
            "active_rule_feedback_coverage_min",
            GateChecks.share(covered, active),
            given.ratio("min-active-feedback-coverage"),
            "part of the active rules that got feedback")
        .atMost(
            WARNING,
            "stale_active_rules_max",
            active - covered,
            given.ratio("max-stale-active-rules"),
            "active rules that got none")
        .atLeast(
            WARNING,
            "decision_link_coverage_min",
            GateChecks.share(
                facts.at("/decision/resolved").doubleValue(),
                facts.at("/decision/tools_feedback").doubleValue()),
            given.ratio("min-decision-link-coverage"),
            "part of the feedback on tools whose decision is in the scope")
        .atLeast(
            WARNING,
            "recall_identity_coverage_min",
            GateChecks.share(
                facts.at("/recall/with_identity").doubleValue(),
                facts.at("/recall/audits").doubleValue()),
            given.ratio("min-recall-identity-coverage"),
            "part of the recalls that name an agent or a team")
        .atLeast(
            WARNING,
            "private_owner_coverage_min",
            GateChecks.share(
                facts.at("/lane/owned").doubleValue(),
                facts.at("/lane/private_nodes").doubleValue()),
            given.ratio("min-private-owner-coverage"),
            "part of the private nodes that somebody owns");
  }
}
