package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.evidence.Manifest;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What {@code perdura sdk check} left of exactly this commit: the newest that somebody we trust
 * signed and nobody edited. What is edited or signed by others does not count, and is told.
 */
final class SdkEvidence {
  /** The gate's name in its summaries. */
  static final String GATE = "sdk-check";

  /** Which steps of the check answer for which of the contract's. */
  private static final Map<String, Predicate<String>> STEPS =
      Map.of(
          "sdk_release_check", step -> !step.startsWith("python."),
          "sdk_python_release_check", step -> !step.matches("(typescript|java)\\..*"));

  private final GateRun run;
  private final Path directory;

  SdkEvidence(GateRun run, Path directory) {
    this.run = run;
    this.directory = directory;
  }

  /** Empty when the step is not about clients, or there is no evidence at all. */
  Optional<Outcome> look(String step) throws IOException {
    if (!STEPS.containsKey(step) || !Files.isDirectory(directory)) {
      return Optional.empty();
    }
    ObjectNode output = Jsons.object().put("directory", directory.toString());
    ArrayNode refused = output.putArray("refused");
    JsonNode newest = null;
    for (Path place : places()) {
      JsonNode summary = read(place, refused);
      if (summary != null
          && (newest == null
              || text(summary, "finished_at").compareTo(text(newest, "finished_at")) > 0)) {
        newest = summary;
      }
    }
    if (newest != null) {
      return Optional.of(judged(step, newest, output));
    }
    return refused.isEmpty()
        ? Optional.empty()
        : Optional.of(Outcome.notProven(output, "no_sdk_evidence: refused " + refused));
  }

  private static String text(JsonNode summary, String name) {
    return summary.path(name).asText();
  }

  private List<Path> places() throws IOException {
    try (Stream<Path> places = Files.list(directory)) {
      return places
          .filter(place -> Files.exists(place.resolve(EvidenceDirectory.SUMMARY)))
          .sorted()
          .toList();
    }
  }

  private JsonNode read(Path place, ArrayNode refused) {
    try {
      JsonNode summary =
          Jsons.MAPPER.readTree(Files.readString(place.resolve(EvidenceDirectory.SUMMARY)));
      if (!text(summary, "gate").equals(GATE)) {
        return null;
      }
      Manifest.Verdict verdict = Manifest.verify(place, run.trusted);
      if (!verdict.isSound()) {
        refused.add(place.getFileName() + ": " + String.join("; ", verdict.faults()));
        return null;
      }
      if (run.release.commit() == null || !text(summary, "commit").equals(run.release.commit())) {
        refused.add(place.getFileName() + ": check_of_another_commit " + text(summary, "commit"));
        return null;
      }
      return summary;
    } catch (IOException | Trouble e) {
      refused.add(place.getFileName() + ": " + e.getMessage());
      return null;
    }
  }

  private static Outcome judged(String name, JsonNode summary, ObjectNode output) {
    output.set("summary", summary);
    List<String> reasons = new ArrayList<>();
    int judged = 0;
    for (JsonNode step : summary.path("steps")) {
      if (STEPS.get(name).test(text(step, "name"))) {
        judged++;
        if (!step.path("ok").asBoolean() || text(step, "status").equals("skipped")) {
          reasons.add(
              text(step, "name") + ": " + text(step, "status") + " " + step.path("reasons"));
        }
      }
    }
    if (judged == 0) {
      return Outcome.notProven(output, "no_step_of_the_check");
    }
    return Outcome.judged(output, reasons);
  }
}
