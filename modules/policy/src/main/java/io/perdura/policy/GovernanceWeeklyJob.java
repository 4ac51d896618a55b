package io.perdura.policy;

import static io.perdura.policy.GateChecks.Severity.ERROR;
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
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** The week's report on who owns what, and how decisions and recalls can be traced. */
@ApplicationScoped
public class GovernanceWeeklyJob implements ReportWork {
  private static final int TOP_TENANTS = 20;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
  private static final DateTimeFormatter WEEK =
      DateTimeFormatter.ofPattern("YYYY-'W'ww", Locale.forLanguageTag("en-DE"));

  private static final Map<String, String> ADVICE =
      Map.of(
          "scope_private_owner_coverage_min",
          "Give private memory without owner one: run private-lane-owner-backfill, and let writers name their agent or team.",
          "scope_decision_link_coverage_min",
          "Let callers of tools/feedback send the decision_id that tools/select answered.",
          "scope_recall_identity_coverage_min",
          "Let callers of recall name their agent or team.",
          "tenant_active_rule_count_drift_max",
          "Look at the tenants with the most active rules, and disable what nobody needs.",
          "tenant_negative_ratio_drift_max",
          "Look at the rules of the tenants with the most negative feedback; run policy-adaptation-gate there.");

  private final Database database;
  private final Settings settings;
  private final Clock clock;

  @Inject
  GovernanceWeeklyJob(Database database, Settings settings, Clock clock) {
    this.database = database;
    this.settings = settings;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected GovernanceWeeklyJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "governance-weekly-report",
            "Reports who owns what, and whether decisions and recalls can be traced.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number("window-hours", 168L, 1, 2_160, "Hours that are looked at."),
            JobParameter.number(
                "tenant-drift-min-feedback",
                5L,
                0,
                1_000_000,
                "Feedback below which a tenant's ratio does not count."),
            JobParameter.ratio(
                "min-decision-link-coverage",
                0.95,
                0,
                1,
                "Least part of feedback on tools with a decision."),
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
                "max-tenant-active-rule-count-drift",
                20L,
                0,
                1_000_000,
                "How far tenants' active rules may lie apart."),
            JobParameter.ratio(
                "max-tenant-negative-ratio-drift", 0.3, 0, 1, "How far their negative parts may."),
            JobParameter.text("run-id", null, "Names the report; the time if not given."),
            JobParameter.text("report-week", null, "The week as 2026-W09; this one if not given."),
            GateChecks.strict(),
            GateChecks.strictWarnings())
        .where(ScopeParameters.check(settings));
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(given, settings);
    int hours = (int) given.number("window-hours");
    long floor = given.number("tenant-drift-min-feedback");
    JsonNode facts = GovernanceFacts.ofScope(database, scope, hours);
    GovernanceFacts.Tenants tenants =
        GovernanceFacts.ofTenants(database, settings.defaults().tenant(), hours);
    GateChecks checks = checks(given, facts, tenants, floor);
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("kind", "governance_weekly_report")
            .put("report_week", given.text("report-week").orElseGet(() -> WEEK.format(now)))
            .put("run_id", given.text("run-id").orElseGet(() -> STAMP.format(now)))
            .put("generated_at", Timestamps.iso(now.toInstant()))
            .put("window_hours", hours)
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value());
    ObjectNode thresholds = body.putObject("thresholds");
    for (JobParameter parameter : definition().parameters()) {
      String name = parameter.name();
      if (name.startsWith("m") || name.equals("tenant-drift-min-feedback")) {
        Figures.put(thresholds, name.replace('-', '_'), given.ratio(name));
      }
    }
    body.set("scope_snapshot", facts);
    ObjectNode cross = body.putObject("cross_tenant").put("tenant_count", tenants.rows().size());
    cross.put("tenants_with_feedback_floor", tenants.withFeedback(floor).size());
    cross.put("active_rule_count_drift", tenants.activeRuleDrift());
    Figures.put(
        cross, "negative_ratio_drift", GateChecks.rounded(tenants.negativeRatioDrift(floor)));
    ArrayNode top = cross.putArray("top_tenants");
    tenants.rows().stream().limit(TOP_TENANTS).forEach(top::add);
    body.set("checks", checks.json());
    body.set("summary", checks.summary());
    ArrayNode recommendations = body.putArray("recommendations");
    checks.failed().forEach(name -> recommendations.add(ADVICE.get(name.textValue())));
    body.put("weekly_markdown", WeeklyStatus.of(body, checks));
    return checks.verdict(given, body);
  }

  private static GateChecks checks(
      JobParameters given, JsonNode facts, GovernanceFacts.Tenants tenants, long floor) {
    return new GateChecks()
        .atLeast(
            ERROR,
            "scope_private_owner_coverage_min",
            GateChecks.share(
                facts.at("/lane/owned").doubleValue(),
                facts.at("/lane/private_nodes").doubleValue()),
            given.ratio("min-private-owner-coverage"),
            "part of the private nodes that somebody owns")
        .atLeast(
            WARNING,
            "scope_decision_link_coverage_min",
            GateChecks.share(
                facts.at("/decision/with_decision_id").doubleValue(),
                facts.at("/decision/tools_feedback").doubleValue()),
            given.ratio("min-decision-link-coverage"),
            "part of the feedback on tools that names a decision")
        .atLeast(
            WARNING,
            "scope_recall_identity_coverage_min",
            GateChecks.share(
                facts.at("/recall/with_identity").doubleValue(),
                facts.at("/recall/audits").doubleValue()),
            given.ratio("min-recall-identity-coverage"),
            "part of the recalls that name an agent or a team")
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
}
