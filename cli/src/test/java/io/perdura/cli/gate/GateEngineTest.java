package io.perdura.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.TestConsole;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.service.Credentials;
import io.perdura.cli.service.ServiceClient;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateEngineTest {
  private static final Step GOOD = Step.blocking("good", () -> Outcome.pass(Jsons.object()));

  @TempDir Path temp;

  private ObjectNode run(boolean strict, Step... steps) {
    return run(strict, List.of(), steps);
  }

  private ObjectNode run(boolean strict, List<String> only, Step... steps) {
    Credentials nobody = new Credentials(Optional.empty(), Optional.empty(), Optional.empty());
    GateRun run =
        new GateRun(
            "r1",
            new ServiceClient(URI.create("http://127.0.0.1:1"), nobody, Duration.ofSeconds(1)),
            Environment.of(Map.of(), Map.of()),
            Release.of(temp.resolve("release"), "c0ffee"),
            EvidenceDirectory.create(temp.resolve("out"), List.of()),
            new TestConsole().console(),
            "s",
            "t");
    return new GateEngine(new Gate("test", List.of(steps)), run, strict, only).run();
  }

  private static String failures(ObjectNode summary) {
    return summary.get("fail_reasons").toString();
  }

  @Test
  void goodStepsPass() throws IOException {
    ObjectNode summary = run(false, GOOD);
    assertThat(summary.path("verdict").asText()).isEqualTo("pass");
    assertThat(summary.path("commit").asText()).isEqualTo("c0ffee");
    assertThat(Files.readString(temp.resolve("out/summary.json")))
        .isEqualTo(summary.toPrettyString() + "\n");
    assertThat(Files.readString(temp.resolve("out/report.md")))
        .contains("# test: PASS", "| good |");
    assertThat(temp.resolve("out/00_good.json")).exists();
  }

  @Test
  void aRunOfSomeStepsLooksAtNoOthersAndNeverPasses() {
    AtomicBoolean cleaned = new AtomicBoolean();
    ObjectNode summary =
        run(
            false,
            List.of("good"),
            Step.probe("door", () -> Outcome.pass(null)),
            GOOD,
            Step.blocking("bad", () -> Outcome.fail(null, "bad")),
            Step.blocking(
                    "clean",
                    () -> {
                      cleaned.set(true);
                      return Outcome.pass(null);
                    })
                .evenAfterFailure());
    assertThat(cleaned).isTrue();
    assertThat(summary.path("verdict").asText()).isEqualTo("partial");
    assertThat(summary.path("ok").asBoolean(true)).isFalse();
    assertThat(summary.path("exit_code").asInt()).isEqualTo(2);
    assertThat(failures(summary)).isEqualTo("[\"partial_run: only good was looked at\"]");
    assertThat(summary.findValuesAsText("status"))
        .containsExactly("pass", "pass", "skipped", "pass");
  }

  @Test
  void aRunOfSomeStepsThatFindsSomethingFails() {
    ObjectNode summary =
        run(false, List.of("bad"), GOOD, Step.blocking("bad", () -> Outcome.fail(null, "bad")));
    assertThat(summary.path("verdict").asText()).isEqualTo("fail");
    assertThat(failures(summary)).contains("bad: bad", "partial_run");
  }

  @Test
  void aStepThatTheGateDoesNotHaveIsRefusedWithTheStepsThatItHas() {
    assertThatThrownBy(() -> run(false, List.of("god"), GOOD))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("no step god")
        .hasMessageContaining("it has good");
  }

  @Test
  void anAdvisoryStepDecidesNeitherByItsVerdictNorByItsFailureToLook() {
    ObjectNode summary =
        run(
            false,
            Step.ofMode(Step.Mode.NON_BLOCKING, "no", () -> Outcome.fail(null, "bad")),
            Step.ofMode(
                Step.Mode.NON_BLOCKING,
                "broken",
                () -> {
                  throw new IOException("the tool is missing");
                }));
    assertThat(summary.path("ok").asBoolean()).isTrue();
    assertThat(summary.get("warn_reasons").toString())
        .contains("no: bad", "broken (not proven): could_not_look: the tool is missing");
  }

  @Test
  void theSameBlockingStepsFail() {
    ObjectNode summary =
        run(
            false,
            Step.ofMode(Step.Mode.BLOCKING, "no", () -> Outcome.fail(null, "bad")),
            Step.ofMode(
                Step.Mode.BLOCKING,
                "broken",
                () -> {
                  throw new IOException("the tool is missing");
                }));
    assertThat(failures(summary)).contains("no: bad", "broken (not proven)");
    assertThat(summary.path("exit_code").asInt()).isEqualTo(2);
  }

  @Test
  void warningsFailWhenTheyAreStrict() {
    Step remark = Step.blocking("remark", () -> Outcome.remarked(null, List.of("hm")));
    assertThat(run(true, remark).path("ok").asBoolean()).isFalse();
  }

  @Test
  void warningsAloneDoNotFail() {
    Step remark = Step.blocking("remark", () -> Outcome.remarked(null, List.of("hm")));
    assertThat(run(false, remark).path("ok").asBoolean()).isTrue();
  }

  @Test
  void afterAFailedProbeNothingIsLookedAtButWhatCleansUp() {
    AtomicBoolean looked = new AtomicBoolean();
    AtomicBoolean cleaned = new AtomicBoolean();
    ObjectNode summary =
        run(
            false,
            Step.probe("door", () -> Outcome.fail(null, "shut")),
            Step.blocking(
                "inside",
                () -> {
                  looked.set(true);
                  return Outcome.pass(null);
                }),
            Step.blocking(
                    "clean",
                    () -> {
                      cleaned.set(true);
                      return Outcome.pass(null);
                    })
                .evenAfterFailure());
    assertThat(looked).isFalse();
    assertThat(cleaned).isTrue();
    assertThat(failures(summary))
        .contains("door: shut", "inside (not proven): not_looked_at: door failed");
  }

  @Test
  void aStepThatDoesNotEndIsNotProven() {
    Step endless =
        Step.blocking(
                "endless",
                () -> {
                  Thread.sleep(60_000);
                  return Outcome.pass(null);
                })
            .within(Duration.ofMillis(100));
    assertThat(failures(run(false, endless))).contains("endless (not proven): time_limit_exceeded");
  }

  @Test
  void whatIsDeclaredAbsentIsShownAndDoesNotFail() {
    ObjectNode summary = run(true, GOOD, Step.blocking("later", () -> Outcome.absent("not in it")));
    assertThat(summary.path("ok").asBoolean()).isTrue();
    assertThat(summary.get("absent").toString()).contains("later: not in it");
  }

  @Test
  void aKilledRunLeavesNoPass() throws IOException {
    StringBuilder seen = new StringBuilder();
    run(
        false,
        Step.blocking(
            "look",
            () -> {
              seen.append(Files.readString(temp.resolve("out/summary.json")));
              return Outcome.pass(null);
            }));
    assertThat(Jsons.MAPPER.readTree(seen.toString()).path("ok").asBoolean(true)).isFalse();
  }
}
