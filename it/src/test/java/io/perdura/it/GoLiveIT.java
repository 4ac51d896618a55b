package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Main;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The go-live gate on a running service that production could have: go, and no-go for each thing
 * that must stop it. The drills are fixtures; all other evidence is that of real runs.
 */
class GoLiveIT {
  private static final String COMMIT = "5f0c1a7e5f0c1a7e5f0c1a7e5f0c1a7e5f0c1a7e";
  private static final List<String> CHECKS =
      List.of(
          "build",
          "contract_tests",
          "docs_check",
          "sdk_release_check",
          "sdk_python_release_check",
          "backend_parity");
  private static final List<String> DRILLS =
      List.of("database_restore", "api_rollback", "worker_recovery");

  private final GateBench bench = GateBench.get();

  @TempDir Path temp;
  private int runs;

  @BeforeEach
  void releaseAndDrills() throws IOException {
    Files.createDirectories(temp.resolve("release"));
    release("blockers.yml", "blockers: []\n");
    release("absent.yml", "absent: []\n");
    checks(CHECKS);
    for (String drill : DRILLS) {
      drill(drill, Instant.now().minus(Duration.ofDays(1)));
    }
  }

  private void release(String file, String content) throws IOException {
    Files.writeString(temp.resolve("release").resolve(file), content);
  }

  /** The record of a build in which these checks succeeded. */
  private void checks(List<String> names) throws IOException {
    ObjectNode record = Jsons.object().put("commit", COMMIT);
    ArrayNode checks = record.putArray("checks");
    names.forEach(name -> checks.addObject().put("name", name).put("conclusion", "success"));
    release("checks.json", record.toString());
  }

  /** A drill that the operator signed. */
  private Path drill(String scenario, Instant finished) throws IOException {
    Path place = temp.resolve("drills").resolve(scenario + "-" + finished.getEpochSecond());
    Files.createDirectories(place);
    ObjectNode summary = Jsons.object().put("scenario", scenario).put("result", "pass");
    summary.put("finished_at", finished.toString());
    Files.writeString(place.resolve("summary.json"), summary.toString());
    sign(place);
    return place;
  }

  private void sign(Path place) {
    bench.perdura("evidence", "sign", place.toString(), "--key", bench.key().toString()).isGreen();
  }

  private GateBench.Ran goLive(String... more) {
    List<String> flags = new ArrayList<>();
    flags.addAll(List.of("--release-dir", temp.resolve("release").toString()));
    flags.addAll(List.of("--commit", COMMIT));
    flags.addAll(List.of("--drills-dir", temp.resolve("drills").toString()));
    // The scope is minutes old, and this is the first look at its rules.
    flags.addAll(List.of("--job-parameter", "grace-seconds=0", "--rule-conflict-first-run"));
    flags.addAll(List.of("--perf-compression-samples", "1", "--perf-seed-nodes", "1000"));
    flags.addAll(List.of("--perf-seconds", "8", "--perf-warmup-seconds", "1"));
    flags.addAll(List.of("--perf-min-samples", "20"));
    // What is judged here is the gate, not how busy this machine is.
    flags.addAll(List.of("--recall-p95-max-ms", "20000", "--write-p95-max-ms", "20000"));
    flags.addAll(List.of(more));
    return bench.gate(temp.resolve("run-" + runs++), "go-live", flags.toArray(String[]::new));
  }

  /** A run without the parts that take long: no-go for that too. */
  private GateBench.Ran isNoGo(String step, String reason) {
    GateBench.Ran ran =
        goLive("--run-perf", "false", "--run-value-path", "false", "--run-pack-gate", "false");
    ran.isRed(reason);
    assertThat(ran.red()).as(ran.told()).containsExactlyInAnyOrder("left_out", step);
    assertThat(ran.summary().path("decision").asText()).isEqualTo("no-go");
    assertThat(ran.told()).contains("go-live: NO-GO");
    return ran;
  }

  private Path evidence(GateBench.Ran ran) {
    return Path.of(ran.summary().at("/artifacts/out_dir").textValue());
  }

  private GateBench.Ran verify(Path evidence) {
    return bench.perdura(
        "evidence", "verify", evidence.toString(), "--public-key", bench.key() + ".pub");
  }

  @Test
  void aSoundServiceWithItsEvidenceMayGoLive() throws IOException {
    GateBench.Ran ran = goLive().isGreen();
    assertThat(ran.summary().path("decision").asText()).isEqualTo("go");
    assertThat(ran.told()).contains("go-live: GO");
    assertThat(ran.summary().path("commit").asText()).isEqualTo(COMMIT);
    assertThat(ran.status("value_path")).isEqualTo("pass");
    assertThat(ran.status("perf_write")).isEqualTo("pass");
    assertThat(ran.summary().path("absent")).isEmpty();

    assertThat(verify(evidence(ran)).isGreen().told()).contains("verdict of the run: pass");
    Path report = evidence(ran).resolve("report.md");
    Files.writeString(report, Files.readString(report) + "\n");
    GateBench.Ran edited = verify(evidence(ran));
    assertThat(edited.exit()).isEqualTo(Main.NEGATIVE);
    assertThat(edited.told()).contains("NOT SOUND", "report.md was edited");
  }

  @Test
  void aDrillOfMoreThanAWeekAgoIsNoGo() throws IOException {
    remove(temp.resolve("drills"), "api_rollback");
    drill("api_rollback", Instant.now().minus(Duration.ofDays(8)));
    isNoGo("drill_api_rollback", "drill_api_rollback: drill_too_old: 8 days");
  }

  /** The evidence of a drill contains that of the gate that ended it. */
  @Test
  void evidenceThatWasEditedAfterwardsIsNoGo() throws IOException {
    remove(temp.resolve("drills"), "worker_recovery");
    GateBench.Ran health =
        bench
            .gate(temp.resolve("health"), "health", "--job-parameter", "grace-seconds=0")
            .isGreen();
    Path drill = temp.resolve("drills/worker_recovery");
    Files.createDirectories(drill.resolve("health"));
    try (Stream<Path> files = Files.list(evidence(health))) {
      for (Path file : files.toList()) {
        Files.copy(file, drill.resolve("health").resolve(file.getFileName()));
      }
    }
    ObjectNode summary = Jsons.object().put("scenario", "worker_recovery").put("result", "pass");
    summary.put("finished_at", Instant.now().toString()).putArray("gates").add("health");
    Files.writeString(drill.resolve("summary.json"), summary.toString());
    sign(drill);
    assertThat(goLive("--only", "drill_worker_recovery").isPartlyGreen().summary().path("decision"))
        .as("a part never goes")
        .hasToString("\"no-go\"");

    Path edited = drill.resolve("health/summary.json");
    Files.writeString(
        edited, Files.readString(edited).replace("\"consistency_errors\" : 0", "\"x\" : 0"));
    isNoGo("drill_worker_recovery", "health/summary.json was edited");
    assertThat(verify(drill.resolve("health")).told()).contains("summary.json was edited");
  }

  private static void remove(Path drills, String scenario) throws IOException {
    try (Stream<Path> places = Files.list(drills)) {
      for (Path place :
          places.filter(p -> p.getFileName().toString().startsWith(scenario)).toList()) {
        Files.delete(place.resolve("summary.json"));
        Files.delete(place.resolve("manifest.json"));
        Files.delete(place);
      }
    }
  }

  @Test
  void anOpenBlockerIsNoGo() throws IOException {
    release(
        "blockers.yml",
        "blockers:\n  - {id: B1, priority: P0, status: open, title: an acknowledged write is lost}\n");
    isNoGo("release_blockers", "open_blocker: B1 (P0) an acknowledged write is lost");
  }

  @Test
  void aCheckThatNobodyRanIsNoGo() throws IOException {
    checks(CHECKS.stream().filter(name -> !name.equals("sdk_release_check")).toList());
    isNoGo("sdk_release_check", "sdk_release_check (not proven): no_such_check_in_record");
  }

  @Test
  void memoryThatFindsNothingByMeaningIsNoGo() throws Exception {
    try (AutoCloseable broken =
        bench
            .tables()
            .sabotage(
                "memory_vectors",
                "if new.scope like 'perdura-probe-value%' then new.embedding := array_fill(0.05::real, array[384]);"
                    + " end if; return new;")) {
      assertThat(broken).isNotNull();
      GateBench.Ran ran = goLive("--only", "value_path");
      assertThat(ran.red()).as(ran.told()).containsExactly("value_path");
      ran.isRed("value_path: memory_recall_improved is false");
    }
  }
}
