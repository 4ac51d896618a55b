package io.perdura.policy;

import static io.perdura.policy.GateChecks.Severity.ERROR;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;

/**
 * Reports where rules contradict each other, and fails when a contest has another winner than in an
 * earlier run. Without an earlier run it has to be told that this is the first.
 */
@ApplicationScoped
public class RuleConflictJob implements ReportWork {
  private static final String JOB = "rule-conflict-report";
  private static final String BASELINE = "baseline-run";
  private static final String LATEST = "latest";

  /**
   * Parameters: job, run, run, scope, tenant. The latest is the latest that passed: a change that a
   * run has complained of is not accepted by complaining once.
   */
  private static final String RESULT =
      """
      select id::text, result::text from job_runs where job = ? and state = 'succeeded' and result is not null
        and (id::text = ? or ?::text is null and result #>> '{summary,gate,pass}' = 'true')
        and result->>'scope' = ? and result->>'tenant_id' = ?
      order by created_at desc limit 1
      """;

  private final Database database;
  private final Settings settings;
  private final RuleSets ruleSets;
  private final Clock clock;

  @Inject
  RuleConflictJob(Database database, Settings settings, RuleSets ruleSets, Clock clock) {
    this.database = database;
    this.settings = settings;
    this.ruleSets = ruleSets;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected RuleConflictJob() {
    this(null, null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            JOB,
            "Reports where rules contradict each other, and whether other ones win than before.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.text(
                "contexts-file",
                null,
                "File with contexts, in the directory contexts of the server's state; an example if not given."),
            JobParameter.number("max-contexts", 200L, 1, 5_000, "Contexts that are looked at."),
            JobParameter.flag("include-shadow", true, "look at shadow rules too"),
            JobParameter.number("rules-limit", 50L, 1, 200, "Rules that an evaluation lists."),
            JobParameter.text(
                BASELINE, null, "Run of this job to compare with: its id, or latest."),
            JobParameter.flag("first-run", "there is no run to compare with yet"),
            JobParameter.number(
                "max-winner-changes", 0L, 0, 1_000_000, "Contests that may have another winner."),
            JobParameter.number(
                "max-total-conflicts",
                null,
                0,
                1_000_000,
                "Contests that there may be; any number if not given."),
            JobParameter.flag("strict", "fail on any failed check"))
        .where(this::check);
  }

  private void check(JobParameters given) {
    ScopeParameters.of(given, settings);
    given.text("contexts-file").ifPresent(ConflictContexts::check);
    if (given.flag("first-run") == given.text(BASELINE).isPresent()) {
      throw new IllegalArgumentException(
          "give either baseline-run (a run's id, or latest) or first-run=true");
    }
    given.text(BASELINE).filter(run -> !run.equals(LATEST)).ifPresent(RuleConflictJob::requireUuid);
  }

  private static void requireUuid(String run) {
    try {
      UUID.fromString(run);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("baseline-run must be the id of a run, or latest", e);
    }
  }

  /** An earlier report. */
  private record Baseline(String runId, JsonNode result) {}

  @Override
  public JobResult run(JobParameters given, JobProgress progress) throws IOException {
    ScopeKey scope = ScopeParameters.of(given, settings);
    Baseline baseline = given.flag("first-run") ? null : baseline(given, scope);
    int limit = (int) given.number("max-contexts");
    Map<String, JsonNode> contexts =
        given.text("contexts-file").isPresent()
            ? ConflictContexts.read(given.required("contexts-file"), settings, limit)
            : ConflictContexts.usual();
    RuleConflicts conflicts = evaluate(given, scope, contexts, progress);
    ObjectNode delta =
        baseline == null ? Jsons.object() : conflicts.since(RuleConflicts.of(baseline.result));
    GateChecks checks = checks(given, conflicts, baseline == null ? null : delta);

    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("kind", "rule_conflict_report")
            .put("timestamp_utc", Timestamps.iso(clock.instant()))
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value());
    ObjectNode about = body.putObject("contexts");
    about.put("file", given.text("contexts-file").orElse(null)).put("count", contexts.size());
    contexts.keySet().stream().sorted().forEach(about.putArray("ids")::add);
    body.putObject("config")
        .put("include_shadow", given.flag("include-shadow"))
        .put("rules_limit", given.number("rules-limit"))
        .put("max_winner_changes", given.number("max-winner-changes"))
        .put("first_run", given.flag("first-run"));
    ObjectNode summary = body.putObject("summary");
    summary
        .put("active_conflicts", conflicts.count("active"))
        .put("shadow_conflicts", conflicts.count("shadow"))
        .put("total_conflicts", conflicts.size())
        .put("fingerprint_sha256", conflicts.fingerprint());
    ObjectNode counts = summary.putObject("delta").put("compared", baseline != null);
    delta.properties().forEach(part -> counts.put(part.getKey(), part.getValue().size()));
    ObjectNode gate = summary.putObject("gate").put("pass", !checks.hasErrors());
    checks.failed().forEach(gate.putArray("failed_checks")::add);
    body.set("checks", checks.json());
    ObjectNode details = body.putObject("details");
    details.set("conflicts", conflicts.json());
    details.set("delta", delta);
    body.putObject("artifacts").put("baseline_run", baseline == null ? null : baseline.runId);
    return checks.verdict(given, body);
  }

  private RuleConflicts evaluate(
      JobParameters given, ScopeKey scope, Map<String, JsonNode> contexts, JobProgress progress) {
    boolean withShadow = given.flag("include-shadow");
    Evaluator evaluator = new Evaluator(settings, PolicyMeter.NONE);
    RuleSet rules = ruleSets.of(scope);
    RuleConflicts conflicts = new RuleConflicts();
    int done = 0;
    for (String id : contexts.keySet().stream().sorted().toList()) {
      Evaluation evaluation =
          evaluator.evaluate(
              scope, rules, contexts.get(id), withShadow, (int) given.number("rules-limit"));
      ObjectNode applied = Jsons.object();
      evaluation.active().write(applied, "");
      conflicts.add(id, "active", applied.get("conflict_explain"));
      if (withShadow) {
        evaluation.shadow().write(applied, "shadow_");
        conflicts.add(id, "shadow", applied.get("shadow_conflict_explain"));
      }
      progress.at(++done, contexts.size());
    }
    return conflicts;
  }

  private static GateChecks checks(JobParameters given, RuleConflicts conflicts, ObjectNode delta) {
    GateChecks checks = new GateChecks();
    if (delta != null) {
      checks.atMost(
          ERROR,
          "winner_changes_max",
          delta.get("winner_changes").size(),
          given.ratio("max-winner-changes"),
          "contests with another winner than in the baseline");
    }
    given
        .text("max-total-conflicts")
        .ifPresent(most ->
            checks.atMost(
                ERROR,
                "total_conflicts_max",
                conflicts.size(),
                Double.parseDouble(most),
                "contests that there are"));
    return checks;
  }

  private Baseline baseline(JobParameters given, ScopeKey scope) {
    String wanted = given.required(BASELINE);
    String id = wanted.equals(LATEST) ? null : wanted;
    Baseline found =
        database.read(
            "baseline of conflicts",
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(RESULT)) {
                select.setString(1, JOB);
                select.setString(2, id);
                select.setString(3, id);
                select.setString(4, scope.scope());
                select.setString(5, scope.tenant().value());
                try (ResultSet row = select.executeQuery()) {
                  return row.next()
                      ? new Baseline(row.getString(1), Jsons.stored(row.getString(2)))
                      : null;
                }
              }
            });
    if (found == null) {
      throw new IllegalStateException(
          "there is no finished run "
              + wanted
              + " of "
              + JOB
              + " for this scope; begin with first-run=true");
    }
    return found;
  }
}
