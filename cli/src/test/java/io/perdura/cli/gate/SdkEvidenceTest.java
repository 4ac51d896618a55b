package io.perdura.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.evidence.Manifest;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.service.FakeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which evidence of the client libraries go-live takes. */
class SdkEvidenceTest {
  @TempDir Path temp;
  private FakeService service;
  private GateKit kit;

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
    kit = new GateKit(temp);
    kit.release("blockers.yml", "blockers: []\n");
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void aPassedCheckOfThisCommitProvesBothSteps() throws IOException {
    evidence("a", "c0ffee", "2026-11-21T10:00:00Z", "pass", "pass", signed());
    goLive();
    assertThat(kit.status("sdk_release_check")).isEqualTo("pass");
    assertThat(kit.status("sdk_python_release_check")).isEqualTo("pass");
  }

  @Test
  void aFaultOfPythonIsPythonsAndTheNewestCheckCounts() throws IOException {
    evidence("a", "c0ffee", "2026-11-21T10:00:00Z", "fail", "pass", signed());
    evidence("b", "c0ffee", "2026-11-21T11:00:00Z", "pass", "fail", signed());
    goLive();
    assertThat(kit.status("sdk_release_check")).isEqualTo("pass");
    assertThat(kit.status("sdk_python_release_check")).isEqualTo("fail");
    assertThat(kit.failures()).contains("python.package: fail");
  }

  @Test
  void aSkippedStepIsNoProof() throws IOException {
    evidence("a", "c0ffee", "2026-11-21T10:00:00Z", "skipped", "pass", signed());
    goLive();
    assertThat(kit.status("sdk_release_check")).isEqualTo("fail");
  }

  @Test
  void whatIsUnsignedEditedOrOfAnotherCommitProvesNothing() throws IOException {
    evidence("another", "abad1dea", "2026-11-21T10:00:00Z", "pass", "pass", signed());
    evidence("unsigned", "c0ffee", "2026-11-21T10:00:00Z", "pass", "pass", Optional.empty());
    Path edited = evidence("edited", "c0ffee", "2026-11-21T10:00:00Z", "fail", "pass", signed());
    Path summary = edited.resolve("summary.json");
    Files.writeString(summary, Files.readString(summary).replace("fail", "pass"));
    goLive();
    assertThat(kit.status("sdk_release_check")).isEqualTo("not_proven");
    assertThat(kit.failures())
        .contains(
            "check_of_another_commit abad1dea", "nobody signed it", "summary.json was edited");
  }

  @Test
  void withoutEvidenceTheRecordOfTheBuildIsAsked() {
    kit.release(
        "checks.json",
        "{\"commit\":\"c0ffee\",\"checks\":[{\"name\":\"sdk_release_check\",\"conclusion\":\"success\"}]}");
    goLive();
    assertThat(kit.status("sdk_release_check")).isEqualTo("pass");
    assertThat(kit.failures()).contains("sdk_python_release_check (not proven)");
  }

  private Optional<OperatorKey> signed() {
    return Optional.of(OperatorKey.read(kit.key()));
  }

  private Path evidence(
      String name,
      String commit,
      String finished,
      String java,
      String python,
      Optional<OperatorKey> key)
      throws IOException {
    Path place = Files.createDirectories(temp.resolve("sdk").resolve(name));
    Files.writeString(
        place.resolve("summary.json"),
        ("{'gate':'sdk-check','commit':'"
                + commit
                + "','finished_at':'"
                + finished
                + "','steps':["
                + step("changelog", "pass")
                + ","
                + step("java.package", java)
                + ","
                + step("python.package", python)
                + "]}")
            .replace('\'', '"'));
    Manifest.seal(place, key);
    return place;
  }

  private static String step(String name, String status) {
    return "{'name':'"
        + name
        + "','status':'"
        + status
        + "','ok':"
        + !status.equals("fail")
        + ",'reasons':[]}";
  }

  private void goLive() {
    kit.gate(
        service,
        "go-live",
        "--sdk-evidence",
        temp.resolve("sdk").toString(),
        "--drills-dir",
        temp.resolve("drills").toString(),
        "--run-perf",
        "false",
        "--run-value-path",
        "false",
        "--perf-compression-check",
        "false");
  }
}
