package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known of the release itself: blockers, and the checks of exactly this commit's build. */
final class ReleaseSteps {
  /** The checks that the contract's core gate runs; here the build has run them. */
  static final List<String> CHECKS =
      List.of(
          "build",
          "contract_tests",
          "docs_check",
          "sdk_release_check",
          "sdk_python_release_check",
          "backend_parity");

  private final GateRun run;

  ReleaseSteps(GateRun run) {
    this.run = run;
  }

  /** No open blocker of priority P0 or P1. */
  Step blockers() {
    return Step.blocking(
        "release_blockers",
        () -> {
          ObjectNode output = Jsons.object();
          ArrayNode list = output.putArray("blockers");
          List<String> reasons = new ArrayList<>();
          for (Release.Blocker blocker : run.release.blockers()) {
            list.addObject()
                .put("id", blocker.id())
                .put("priority", blocker.priority())
                .put("title", blocker.title())
                .put("open", blocker.open());
            if (blocker.open() && blocker.priority().compareTo("P1") <= 0) {
              reasons.add(
                  "open_blocker: "
                      + blocker.id()
                      + " ("
                      + blocker.priority()
                      + ") "
                      + blocker.title());
            }
          }
          run.observed.put("open_p0_p1", reasons.size());
          run.thresholds.put("open_p0_p1", 0);
          return Outcome.judged(output, reasons);
        });
  }

  /**
   * One step for each check of the build. What somebody signed of the client libraries counts
   * before the build's record.
   */
  List<Step> checks(SdkEvidence sdks) {
    return CHECKS.stream()
        .map(name -> Step.blocking(name, () -> sdks.look(name).orElseGet(() -> check(name))))
        .toList();
  }

  private Outcome check(String name) {
    Optional<String> absence = run.release.absence(name);
    Optional<JsonNode> record = run.release.checks();
    if (record.isEmpty()) {
      return absence.isPresent()
          ? Outcome.absent(name + " is declared absent: " + absence.get())
          : Outcome.notProven(
              null, "no_record_of_build: " + run.release.directory().resolve("checks.json"));
    }
    String commit = record.get().path("commit").asText("");
    for (JsonNode entry : record.get().path("checks")) {
      if (entry.path("name").asText().equals(name)) {
        return judged(entry, commit);
      }
    }
    return absence.isPresent()
        ? Outcome.absent(name + " is declared absent: " + absence.get())
        : Outcome.notProven(null, "no_such_check_in_record: " + name);
  }

  private Outcome judged(JsonNode entry, String commit) {
    ObjectNode output = Jsons.object().put("commit", commit);
    output.set("check", entry);
    if (run.release.commit() == null) {
      return Outcome.notProven(
          output, "commit_unknown: nothing tells which commit this release is");
    }
    if (!commit.equals(run.release.commit())) {
      return Outcome.notProven(output, "check_of_another_commit: " + commit);
    }
    String conclusion = entry.path("conclusion").asText("none");
    return conclusion.equals("success")
        ? Outcome.pass(output)
        : Outcome.fail(output, "check_not_successful: " + conclusion);
  }
}
