package io.perdura.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected confidences are worked out by hand from the weights of the contract. */
class GovernanceJobsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-02-27T10:00:00Z"), ZoneOffset.UTC);

  @TempDir static Path stateDir;
  private static TestDatabase testDatabase;
  private static PolicyKit kit;

  private final String scope = "s-" + UUID.randomUUID();

  @BeforeAll
  static void open() {
    testDatabase = TestDatabase.fresh();
    kit = new PolicyKit(testDatabase.dataSource(), "PERDURA_STATE_DIR", stateDir.toString());
  }

  @AfterAll
  static void close() {
    testDatabase.close();
  }

  private JobResult run(ReportWork job, String... namesAndValues) throws Exception {
    Map<String, String> given = new HashMap<>(Map.of("scope", scope));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return job.run(job.definition().check(given), JobProgress.unwatched());
  }

  private static PolicyAdaptationJob adaptation() {
    return new PolicyAdaptationJob(kit.database, kit.settings);
  }

  private static ExecutionLoopJob loop() {
    return new ExecutionLoopJob(kit.database, kit.settings);
  }

  private static GovernanceWeeklyJob weekly() {
    return new GovernanceWeeklyJob(kit.database, kit.settings, CLOCK);
  }

  private static RuleConflictJob conflicts() {
    return new RuleConflictJob(kit.database, kit.settings, kit.sets, CLOCK);
  }

  private UUID rule(String state) {
    UUID rule = kit.rule(scope, "{'a':1}", "{'output':{'strict':true}}");
    kit.execute(
        "update memory_rule_defs set state = '" + state + "' where rule_node_id = '" + rule + "'");
    return rule;
  }

  /** Feedback of so many runs, counted in the rule too. */
  private void feedback(UUID rule, String outcome, int times, int runs, int hoursAgo) {
    kit.execute(
        "insert into memory_rule_feedback (id, scope, rule_node_id, run_id, outcome, source, created_at) select gen_random_uuid(), '"
            + scope
            + "', '"
            + rule
            + "', 'r' || i % "
            + runs
            + ", '"
            + outcome
            + "', 'rule_feedback', now() - interval '"
            + hoursAgo
            + " hours' from generate_series(1, "
            + times
            + ") i");
    if (!outcome.equals("neutral")) {
      kit.execute(
          "update memory_rule_defs set %1$s_count = %1$s_count + %2$d where rule_node_id = '%3$s'"
              .formatted(outcome, times, rule));
    }
  }

  @Test
  void fortyNegativesOfFortyAreUrgentWithTheDefaults() throws Exception {
    feedback(rule("active"), "negative", 40, 4, 2);

    JobResult result = run(adaptation());

    // 0.55 + 0.25, and the 0.2 of staleness, which a week cannot show, go to both: 0.8 / 0.8
    JsonNode rule = result.body().at("/suggestions/disable_active/0");
    assertThat(rule.get("confidence").doubleValue()).isEqualTo(1);
    assertThat(rule.get("risk_level").textValue()).isEqualTo("high");
    assertThat(rule.at("/apply/payload/state").textValue()).isEqualTo("disabled");
    assertThat(rule.at("/rollback/payload/state").textValue()).isEqualTo("active");
    assertThat(result.body().at("/summary/failed_errors/0").textValue())
        .isEqualTo("urgent_disable_candidates_max");
    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(run(adaptation(), "strict-warnings", "true").verdict())
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
    // where the window can show staleness, that it is fresh counts: 0.8
    JobResult longer = run(adaptation(), "window-hours", "400", "strict", "true");
    assertThat(longer.body().at("/suggestions/disable_active/0/confidence").doubleValue())
        .isEqualTo(0.8);
    assertThat(longer.body().at("/summary/canary_disable_candidates").intValue()).isEqualTo(1);
    assertThat(longer.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(
            run(adaptation(), "window-hours", "400", "max-canary-disable-candidates", "0")
                .verdict())
        .isEqualTo(JobResult.Verdict.PASSED);
    assertThat(
            run(
                    adaptation(),
                    "window-hours",
                    "400",
                    "max-canary-disable-candidates",
                    "0",
                    "strict-warnings",
                    "true")
                .verdict())
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
  }

  @Test
  void aRuleThatWasBadAndIsForgottenIsUrgentToo() throws Exception {
    feedback(rule("active"), "negative", 8, 4, 400);
    feedback(rule("active"), "positive", 8, 4, 400);

    JsonNode body = run(adaptation()).body();

    // 0.55 + 0.25 * 8/10 + 0.2
    assertThat(body.at("/suggestions/disable_active")).hasSize(1);
    assertThat(body.at("/suggestions/disable_active/0/confidence").doubleValue()).isEqualTo(0.95);
  }

  @Test
  void draftsAndShadowsThatEarnedItArePromoted() throws Exception {
    feedback(rule("draft"), "positive", 3, 3, 2);
    feedback(rule("shadow"), "positive", 12, 4, 2);
    feedback(rule("draft"), "positive", 3, 2, 2);
    UUID mixed = rule("shadow");
    feedback(mixed, "positive", 20, 4, 2);
    feedback(mixed, "negative", 5, 4, 2);

    JsonNode body = run(adaptation(), "no-json", "true").body();

    // draft: 0.45 * 3/20 + 0.35 + 0.2; shadow: 0.45 + 0.35 * 12/20 + 0.2
    assertThat(body.at("/suggestions/promote_to_shadow")).hasSize(1);
    assertThat(body.at("/suggestions/promote_to_shadow/0/confidence").doubleValue())
        .isEqualTo(0.6175);
    assertThat(body.at("/suggestions/promote_to_shadow/0/risk_level").textValue())
        .isEqualTo("medium");
    assertThat(body.at("/suggestions/promote_to_active")).hasSize(1);
    assertThat(body.at("/suggestions/promote_to_active/0/confidence").doubleValue())
        .isEqualTo(0.86);
    assertThat(body.at("/suggestions/promote_to_active/0/canary_recommended").booleanValue())
        .isTrue();
    assertThat(body.at("/suggestions/promote_to_active/0/rule").isMissingNode()).isTrue();
    assertThat(body.at("/scanned/rules").intValue()).isEqualTo(4);
  }

  @Test
  void aQuietScopeHasWarningsThatOnlyStrictnessMakesFail() throws Exception {
    assertThat(run(loop()).verdict()).isEqualTo(JobResult.Verdict.PASSED);
    JobResult strict = run(loop(), "strict-warnings", "true");

    assertThat(strict.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(strict.body().at("/summary/failed_warnings").toString())
        .isEqualTo("[\"feedback_events_min\",\"feedback_distinct_runs_min\"]");
  }

  @Test
  void aLoopThatTurnsPasses() throws Exception {
    UUID rule = rule("active");
    feedback(rule, "positive", 8, 4, 2);
    feedback(rule, "negative", 2, 4, 2);
    feedback(rule, "negative", 50, 4, 48);

    JobResult result = run(loop(), "strict", "true");

    assertThat(result.body().at("/summary/failed_warnings")).isEmpty();
    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(result.body().at("/metrics/feedback/total").intValue()).isEqualTo(10);
    assertThat(result.body().at("/metrics/feedback/distinct_runs").intValue()).isEqualTo(4);
  }

  @Test
  void feedbackOnToolsMustNameADecisionThatIsThere() throws Exception {
    UUID rule = rule("active");
    feedback(rule, "positive", 20, 4, 2);
    kit.execute(
        "update memory_rule_feedback set source = 'tools_feedback' where rule_node_id = '"
            + rule
            + "'");

    assertThat(run(loop()).body().at("/summary/failed_warnings/0").textValue())
        .isEqualTo("decision_link_coverage_min");
    assertThat(run(weekly()).body().at("/summary/failed_warnings").toString())
        .contains("scope_decision_link_coverage_min");
  }

  @Test
  void aPrivateNodeOfNobodyFailsTheWeeklyReportWhateverItIsAsked() throws Exception {
    kit.rule(scope, "{}", "alice", false);
    assertThat(run(weekly(), "strict-warnings", "true").verdict())
        .isEqualTo(JobResult.Verdict.PASSED);
    kit.execute(
        "insert into memory_nodes (id, scope, type, commit_id) select gen_random_uuid(), '"
            + scope
            + "', 'event', id from memory_commits limit 1");

    JobResult result = run(weekly(), "strict-warnings", "true");

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(result.body().at("/summary/failed_warnings")).isEmpty();
    assertThat(result.body().at("/checks/0/value").doubleValue()).isEqualTo(0.5);
    assertThat(result.body().get("report_week").textValue()).isEqualTo("2026-W09");
    assertThat(result.body().get("run_id").textValue()).isEqualTo("20260227T100000Z");
    assertThat(result.body().get("weekly_markdown").textValue())
        .contains(
            "# Governance, week 2026-W09",
            "Status: **red**",
            "private nodes 2, owned 1",
            "private-lane-owner-backfill");
    assertThat(run(weekly()).verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
  }

  @Test
  void tenantsThatLieFarApartAreSeen() throws Exception {
    String tenant = "t" + UUID.randomUUID().toString().substring(0, 8);
    for (int i = 0; i < 25; i++) {
      UUID rule = kit.rule("tenant:" + tenant + "::scope:x", "{'a':1}", "{}");
      kit.execute(
          "update memory_rule_defs set state = 'active' where rule_node_id = '" + rule + "'");
    }
    rule("active");
    try {
      assertThat(
              run(loop(), "max-tenant-active-rule-count-drift", "5")
                  .body()
                  .at("/summary/failed_warnings")
                  .toString())
          .contains("tenant_active_rule_count_drift_max");
    } finally {
      kit.execute("delete from memory_nodes where scope like 'tenant:" + tenant + "%'");
    }
  }

  @Test
  void shadowRulesWithEnoughPraiseAreSuggested() throws Exception {
    UUID good = rule("shadow");
    feedback(good, "positive", 11, 4, 2);
    feedback(good, "negative", 1, 4, 2);
    feedback(rule("shadow"), "positive", 9, 4, 2);
    RulePromotionSuggestJob job = new RulePromotionSuggestJob(kit.database, kit.settings);

    JobResult result = run(job, "strict", "true");

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(result.body().get("suggested").intValue()).isEqualTo(1);
    assertThat(result.body().at("/suggestions/0/score").intValue()).isEqualTo(10);
    assertThat(result.body().at("/suggestions/0/negative_ratio").doubleValue()).isEqualTo(0.090909);
    assertThat(run(job, "limit", "1").verdict()).isEqualTo(JobResult.Verdict.PASSED);
  }

  @Test
  void aPromotionIsJudgedByFormPathAndFeedback() throws Exception {
    UUID rule = rule("shadow");
    feedback(rule, "positive", 10, 2, 2);
    RulePromotionGovernanceJob job = new RulePromotionGovernanceJob(kit.database, kit.settings);

    JobResult result = run(job, "rule-node-id", rule.toString());
    JobResult strict = run(job, "rule-node-id", rule.toString(), "strict", "true");
    JobResult wrongWay = run(job, "target-state", "shadow");

    assertThat(result.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(result.body().at("/next_step/can_promote").booleanValue()).isTrue();
    assertThat(result.body().at("/summary/failed_warnings").toString())
        .isEqualTo("[\"distinct_runs_min\"]");
    assertThat(strict.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(strict.body().get("governance_hash"))
        .isEqualTo(result.body().get("governance_hash"));
    assertThat(wrongWay.body().at("/summary/failed_errors/0").textValue())
        .isEqualTo("transition_path");
    assertThatThrownBy(() -> run(job, "rule-node-id", UUID.randomUUID().toString()))
        .hasMessageContaining("no such rule");
    assertThatThrownBy(() -> run(job, "rule-node-id", "x"))
        .hasMessage("rule-node-id must be a UUID");
  }

  private UUID formatRule(String format) {
    UUID rule = kit.rule(scope, "{'intent':'json'}", "{'output':{'format':'" + format + "'}}");
    kit.state(rule, scope, "active");
    return rule;
  }

  /** Stores a report as the engine does. */
  private String store(JsonNode result) {
    String id = UUID.randomUUID().toString();
    kit.execute(
        "create table if not exists job_runs (id uuid, job text, lane text, state text, verdict text, requested_by text, result jsonb,"
            + " created_at timestamptz default now(), ended_at timestamptz)");
    kit.execute(
        "insert into job_runs (id, job, lane, state, verdict, requested_by, result, ended_at) values ('"
            + id
            + "', 'rule-conflict-report', '"
            + id
            + "', 'succeeded', 'PASSED', 't', '"
            + Jsons.text(result)
            + "', now())");
    return id;
  }

  @Test
  void anotherWinnerThanInTheBaselineFails() throws Exception {
    UUID json = formatRule("json");
    UUID text = formatRule("text");
    feedback(json, "positive", 3, 3, 2);

    JobResult first = run(conflicts(), "first-run", "true");
    assertThat(first.body().at("/summary/active_conflicts").intValue()).isEqualTo(1);
    assertThat(first.body().at("/details/conflicts/0/winner").textValue())
        .isEqualTo(json.toString());
    assertThat(first.body().at("/details/conflicts/0/losers/0").textValue())
        .isEqualTo(text.toString());
    assertThat(first.body().at("/summary/delta/compared").booleanValue()).isFalse();
    String run = store(first.body());
    JobResult same = run(conflicts(), "baseline-run", run);
    feedback(text, "positive", 9, 3, 2);
    JobResult changed = run(conflicts(), "baseline-run", "latest");

    assertThat(same.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(same.body().at("/summary/fingerprint_sha256"))
        .isEqualTo(first.body().at("/summary/fingerprint_sha256"));
    assertThat(changed.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(changed.body().at("/summary/gate/failed_checks/0").textValue())
        .isEqualTo("winner_changes_max");
    assertThat(changed.body().at("/details/delta/winner_changes/0/to").textValue())
        .isEqualTo(text.toString());
    store(changed.body());
    assertThat(run(conflicts(), "baseline-run", "latest").verdict())
        .as("a report that failed is no baseline")
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(run(conflicts(), "baseline-run", "latest", "max-winner-changes", "1").verdict())
        .isEqualTo(JobResult.Verdict.PASSED);
    assertThat(run(conflicts(), "first-run", "true", "max-total-conflicts", "0").verdict())
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
  }

  @Test
  void withoutABaselineOneHasToSaySo() throws Exception {
    store(Jsons.object());

    assertThatThrownBy(() -> run(conflicts())).hasMessageContaining("either baseline-run");
    assertThatThrownBy(() -> run(conflicts(), "baseline-run", "latest"))
        .hasMessageContaining("begin with first-run=true");
    assertThatThrownBy(() -> run(conflicts(), "baseline-run", "yesterday"))
        .hasMessageContaining("id of a run");
  }

  @Test
  void contextsComeFromAFileOfTheStateDirectoryAlone() throws Exception {
    UUID json = formatRule("json");
    formatRule("text");
    feedback(json, "positive", 1, 1, 2);
    Files.createDirectories(stateDir.resolve("contexts"));
    Files.writeString(
        stateDir.resolve("contexts/two.jsonl"),
        "{\"id\":\"a\",\"context\":{\"intent\":\"json\"}}\n\n{\"intent\":\"other\"}\n");

    JsonNode body = run(conflicts(), "first-run", "true", "contexts-file", "two.jsonl").body();

    assertThat(body.at("/contexts/ids").toString()).isEqualTo("[\"a\",\"context-2\"]");
    assertThat(body.at("/details/conflicts")).hasSize(1);
    assertThatThrownBy(() -> run(conflicts(), "first-run", "true", "contexts-file", "../secret"))
        .hasMessageContaining("without a path");
    assertThatThrownBy(() -> run(conflicts(), "first-run", "true", "contexts-file", "none.json"))
        .hasMessageContaining("not in this server's state");
  }
}
