package io.perdura.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Main;
import io.perdura.cli.evidence.Manifest;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.service.FakeService;
import io.perdura.cli.service.FakeService.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health, performance, drills, blockers: what each must not overlook. */
class GatesTest {
  private static final String SOUND =
      "{'ok':true,'gate':{'fail_reasons':[]},'consistency':{'errors':0,'warnings':0,'checks':[{'name':'a','status':'pass'}]},'quality':{'pass':true}}";

  @TempDir Path temp;
  private FakeService service;
  private GateKit kit;
  private final AtomicReference<JsonNode> asked = new AtomicReference<>();

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
    kit = new GateKit(temp);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private void offers(String job, String verdict, String state, String result) {
    String parameters =
        "[{'name':'scope'},{'name':'tenant-id'},{'name':'strict-warnings'},{'name':'consistency-check-set'}]";
    service.on(
        "GET /v1/admin/control/jobs",
        body -> Answer.ok("{'jobs':[{'name':'" + job + "','parameters':" + parameters + "}]}"));
    service.on(
        "POST /v1/admin/control/jobs/" + job + "/runs",
        body -> {
          asked.set(body);
          return new Answer(202, "{\"run\":{\"run_id\":\"r1\",\"state\":\"queued\"}}");
        });
    service.on(
        "GET /v1/admin/control/job-runs/r1",
        body ->
            Answer.ok(
                "{'run':{'run_id':'r1','state':'" + state + "','verdict':'" + verdict + "'}}"));
    service.on(
        "GET /v1/admin/control/job-runs/r1/result",
        body -> result == null ? Answer.refusal(404, "no_result") : Answer.ok(result));
  }

  private void healthIsRed(String reason) {
    assertThat(kit.gate(service, "health", "--strict-warnings")).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains(reason);
  }

  @Test
  void aSoundScopeIsHealthyAndTheJobIsToldTheSeedsFlags() {
    offers("health-gate", "PASSED", "succeeded", SOUND);
    assertThat(kit.gate(service, "health", "--strict-warnings", "--consistency-check-set", "scope"))
        .as(kit.console.err())
        .isZero();
    assertThat(asked.get().at("/parameters/scope").asText()).isEqualTo("judged");
    assertThat(asked.get().at("/parameters/strict-warnings").asText()).isEqualTo("true");
    assertThat(asked.get().at("/parameters/consistency-check-set").asText()).isEqualTo("scope");
  }

  @Test
  void aNegativeVerdictIsRedWithTheReportsReasons() {
    offers(
        "health-gate",
        "FAILED_GATE",
        "succeeded",
        SOUND.replace("'fail_reasons':[]", "'fail_reasons':['consistency_errors']"));
    healthIsRed("consistency_errors");
  }

  @Test
  void aReportWithoutChecksIsRedWhateverItConcludes() {
    offers("health-gate", "PASSED", "succeeded", "{'ok':true}");
    healthIsRed("report_without_checks");
  }

  @Test
  void aVerdictThatContradictsItsReportIsRed() {
    offers(
        "health-gate",
        "PASSED",
        "succeeded",
        SOUND.replace("'fail_reasons':[]", "'fail_reasons':['quality_eval_failed']"));
    healthIsRed("quality_eval_failed");
  }

  @Test
  void aRunThatFailedProvesNothing() {
    offers("health-gate", "", "failed", null);
    healthIsRed("job_failed: health-gate");
  }

  @Test
  void nothingToJudgeIsNoPass() {
    offers("health-gate", "SKIPPED", "succeeded", "{'reason':'insufficient_data'}");
    healthIsRed("nothing_to_judge: health-gate, insufficient_data");
  }

  @Test
  void anEmptyScopeIsNoPass() {
    offers("health-gate", "PASSED", "succeeded", SOUND);
    service.on(
        "POST /v1/admin/erase/residue", body -> Answer.ok("{'remaining':{'memory_nodes':0}}"));
    healthIsRed("judged_scope_empty");
  }

  @Test
  void aJobThatIsNotOfferedIsNotProven() {
    healthIsRed("job_not_offered: health-gate");
  }

  @Test
  void aJobThatTheReleaseDeclaresAbsentIsShown() {
    kit.release("absent.yml", "absent:\n  - name: health-gate\n    reason: comes with 0.3\n");
    assertThat(kit.gate(service, "health")).isZero();
    assertThat(kit.summary().get("absent").toString()).contains("comes with 0.3");
  }

  @Test
  void aJobThatCannotBeToldWhatMattersProvesNothing() {
    offers("health-gate", "PASSED", "succeeded", SOUND);
    assertThat(kit.gate(service, "health", "--run-execution-loop-gate")).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains("job_does_not_take: health-gate run-execution-loop-gate");
  }

  @Test
  void whatTheGateDecidesIsNoParameterOfTheOperators() {
    assertThat(kit.gate(service, "health", "--job-parameter", "scope=another"))
        .isEqualTo(Main.FAILED);
    assertThat(kit.console.err()).contains("--job-parameter cannot set scope");
    assertThat(kit.gate(service, "core", "--job-parameter", "strict-warnings=false"))
        .isEqualTo(Main.FAILED);
    assertThat(kit.gate(service, "health", "--job-parameter", "auto-backfill=true"))
        .isEqualTo(Main.FAILED);
    assertThat(kit.console.err()).contains("A gate repairs nothing");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void theCoreGateTellsItsHealthStepAFurtherParameterAndTakesItAlone() {
    offers("health-gate", "PASSED", "succeeded", SOUND);
    service.on(
        "GET /v1/admin/control/jobs",
        body ->
            Answer.ok(
                "{'jobs':[{'name':'health-gate','parameters':[{'name':'scope'},{'name':'consistency-check-set'},"
                    + "{'name':'strict-warnings'},{'name':'grace-seconds'}]}]}"));
    assertThat(
            kit.gate(
                service,
                "core",
                "--only",
                "health_gate_scope",
                "--job-parameter",
                "grace-seconds=0"))
        .isEqualTo(Main.NEGATIVE);
    assertThat(asked.get().at("/parameters/grace-seconds").asText()).isEqualTo("0");
    assertThat(kit.status("health_gate_scope")).isEqualTo("pass");
    assertThat(kit.status("build")).isEqualTo("skipped");
    assertThat(kit.summary().path("verdict").asText()).isEqualTo("partial");
    assertThat(kit.console.out()).startsWith("core: PARTIAL");
  }

  private static final String[] QUICK = {
    "--perf-seconds", "1", "--perf-warmup-seconds", "0", "--perf-recall-rate", "40",
    "--perf-write-rate", "40", "--perf-min-samples", "30", "--perf-seed-nodes", "600"
  };

  @Test
  void aFastServiceIsFastAndTheJudgedScopeIsOnlyProbed() {
    assertThat(kit.gate(service, "perf", QUICK)).as(kit.console.err()).isZero();
    assertThat(kit.summary().at("/observed/recall_p95_ms").asDouble()).isPositive();
    assertThat(kit.summary().at("/observed/probe_residue_rows").asInt()).isZero();
    assertThat(service.calls()).contains("POST /v1/admin/erase/scope");
    assertThat(service.calls()).doesNotContain("POST /v1/memory/recall_text");
  }

  @Test
  void aSlowServiceIsRed() {
    service.on(
        "POST /v1/memory/recall_text",
        body -> {
          pause(150);
          return Answer.ok("{'seeds':[{'id':'a'}]}");
        });
    assertThat(kit.gate(service, "perf", with("--recall-p95-max-ms", "100")))
        .isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains("perf_recall_p95_slo");
  }

  @Test
  void errorsAreRed() {
    service.on("POST /v1/memory/write", GatesTest::failingAfterSeeding);
    assertThat(kit.gate(service, "perf", QUICK)).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains("perf_error_rate_slo");
  }

  private static Answer failingAfterSeeding(JsonNode body) {
    return body.path("input_text").asText().startsWith("seed")
        ? Answer.ok("{'nodes':[]}")
        : Answer.refusal(500, "internal_error");
  }

  @Test
  void refusalsForLoadAreNoErrorsAndNoSamples() {
    service.on(
        "POST /v1/memory/write",
        body ->
            body.path("input_text").asText().startsWith("seed")
                ? Answer.ok("{'nodes':[]}")
                : Answer.refusal(429, "rate_limited_write"));
    assertThat(kit.gate(service, "perf", QUICK)).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures())
        .contains("perf_write (not proven): perf_samples_insufficient: 0 successes, 40 turned away")
        .doesNotContain("perf_write: perf_error_rate_slo: 40");
    assertThat(kit.summary().at("/observed/write_rate_limited_429").asInt()).isEqualTo(40);
  }

  @Test
  void residueOfTheProbeIsRed() {
    service.on("POST /v1/admin/erase/scope", body -> Answer.refusal(500, "internal_error"));
    assertThat(kit.gate(service, "perf", QUICK)).isEqualTo(Main.NEGATIVE);
    assertThat(kit.failures()).contains("probe_scope_not_erased");
  }

  @Test
  void aLoadTooShortForItsSamplesDoesNotStart() {
    assertThat(kit.gate(service, "perf", "--perf-seconds", "1")).isEqualTo(Main.FAILED);
    assertThat(kit.console.err()).contains("too short");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void blockersOfTheFirstTwoPrioritiesAreNoGo() {
    kit.release(
        "blockers.yml",
        "blockers:\n  - {id: B1, priority: P1, status: open, title: loses writes}\n  - {id: B2, priority: P2, status: open}\n");
    goLive();
    assertThat(kit.failures()).contains("open_blocker: B1 (P1) loses writes").doesNotContain("B2");
  }

  @Test
  void withoutAListOfBlockersNothingIsProven() {
    goLive();
    assertThat(kit.failures()).contains("release_blockers (not proven)");
  }

  @Test
  void aBuildOfAnotherCommitProvesNothing() {
    kit.release("blockers.yml", "blockers: []\n");
    kit.release(
        "checks.json",
        "{\"commit\":\"abad1dea\",\"checks\":[{\"name\":\"build\",\"conclusion\":\"success\"}]}");
    goLive();
    assertThat(kit.failures()).contains("build (not proven): check_of_another_commit");
    assertThat(kit.status("release_blockers")).isEqualTo("pass");
  }

  @Test
  void drillsCountOnlyWhenSignedPassedAndRecent() throws IOException {
    drill(
        "database_restore",
        "pass",
        Instant.now().minus(Duration.ofDays(2)),
        Optional.of(OperatorKey.read(kit.key())));
    drill(
        "api_rollback",
        "pass",
        Instant.now().minus(Duration.ofDays(8)),
        Optional.of(OperatorKey.read(kit.key())));
    drill("worker_recovery", "pass", Instant.now(), Optional.empty());
    goLive();
    assertThat(kit.status("drill_database_restore")).isEqualTo("pass");
    assertThat(kit.failures())
        .contains("drill_api_rollback: drill_too_old: 8 days")
        .contains("drill_worker_recovery (not proven): no_drill", "nobody signed it");
  }

  @Test
  void aFailedDrillIsNoGoAndAnEditedOneIsNone() throws IOException {
    drill("database_restore", "partial", Instant.now(), Optional.of(OperatorKey.read(kit.key())));
    Path edited =
        drill("api_rollback", "fail", Instant.now(), Optional.of(OperatorKey.read(kit.key())));
    Path summary = edited.resolve("summary.json");
    Files.writeString(summary, Files.readString(summary).replace("fail", "pass"));
    goLive();
    assertThat(kit.failures())
        .contains("drill_database_restore: drill_result: partial")
        .contains("drill_api_rollback (not proven)", "summary.json was edited");
  }

  private Path drill(String scenario, String result, Instant finished, Optional<OperatorKey> key)
      throws IOException {
    Path place = Files.createDirectories(temp.resolve("drills").resolve(scenario));
    Files.writeString(
        place.resolve("summary.json"),
        "{\"scenario\":\""
            + scenario
            + "\",\"result\":\""
            + result
            + "\",\"finished_at\":\""
            + finished
            + "\"}");
    Manifest.seal(place, key);
    return place;
  }

  private void goLive() {
    assertThat(
            kit.gate(
                service,
                "go-live",
                "--drills-dir",
                temp.resolve("drills").toString(),
                "--run-perf",
                "false",
                "--run-value-path",
                "false",
                "--perf-compression-check",
                "false"))
        .isEqualTo(Main.NEGATIVE);
    assertThat(kit.summary().path("decision").asText()).isEqualTo("no-go");
    assertThat(kit.console.out()).startsWith("go-live: NO-GO");
    assertThat(kit.failures()).contains("left_out (not proven): --run-perf false");
  }

  private static String[] with(String... more) {
    List<String> all = new java.util.ArrayList<>(List.of(QUICK));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
