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
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Evidence of drills: for each scenario the newest that somebody we trust signed, unedited, passed,
 * and not too old. What is edited, unsigned or signed by others does not count, and is told.
 */
final class DrillSteps {
  /** Scenarios of the seeds (A, B, C). */
  static final List<String> SCENARIOS =
      List.of("database_restore", "api_rollback", "worker_recovery");

  private final GateRun run;
  private final Path directory;
  private final Duration oldest;
  private final Collection<PublicKey> trusted;

  DrillSteps(GateRun run, Path directory, Duration oldest, Collection<PublicKey> trusted) {
    this.run = run;
    this.directory = directory;
    this.oldest = oldest;
    this.trusted = List.copyOf(trusted);
  }

  List<Step> steps() {
    return SCENARIOS.stream()
        .map(scenario -> Step.blocking("drill_" + scenario, () -> look(scenario)))
        .toList();
  }

  /** A drill that counts. */
  private record Drill(Path place, JsonNode summary, Instant finished) {}

  private Outcome look(String scenario) throws IOException {
    ObjectNode output =
        Jsons.object().put("scenario", scenario).put("directory", directory.toString());
    ArrayNode refused = output.putArray("refused");
    Optional<Drill> newest = Optional.empty();
    for (Path place : places()) {
      Optional<Drill> drill = read(place, scenario, refused);
      if (drill.isPresent()
          && (newest.isEmpty() || drill.get().finished().isAfter(newest.get().finished()))) {
        newest = drill;
      }
    }
    if (newest.isEmpty()) {
      Optional<String> absence = run.release.absence("drill_" + scenario);
      return absence.isPresent() && refused.isEmpty()
          ? Outcome.absent("drill " + scenario + " is declared absent: " + absence.get())
          : Outcome.notProven(
              output, "no_drill: " + scenario + (refused.isEmpty() ? "" : ", refused " + refused));
    }
    return judged(output, newest.get());
  }

  private Outcome judged(ObjectNode output, Drill drill) {
    output.put("evidence", drill.place().toString());
    output.set("summary", drill.summary());
    List<String> reasons = new ArrayList<>();
    String result = drill.summary().path("result").asText("none");
    if (!result.equals("pass")) {
      reasons.add("drill_result: " + result);
    }
    Duration age = Duration.between(drill.finished(), Instant.now());
    if (age.compareTo(oldest) > 0) {
      reasons.add("drill_too_old: " + age.toDays() + " days");
    }
    if (age.isNegative()) {
      reasons.add("drill_in_the_future: " + drill.finished());
    }
    return Outcome.judged(output, reasons);
  }

  private List<Path> places() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> places = Files.list(directory)) {
      return places
          .filter(place -> Files.exists(place.resolve(EvidenceDirectory.SUMMARY)))
          .sorted()
          .toList();
    }
  }

  private Optional<Drill> read(Path place, String scenario, ArrayNode refused) {
    try {
      JsonNode summary =
          Jsons.MAPPER.readTree(Files.readString(place.resolve(EvidenceDirectory.SUMMARY)));
      if (!summary.path("scenario").asText().equals(scenario)) {
        return Optional.empty();
      }
      Manifest.Verdict verdict = Manifest.verify(place, trusted);
      if (!verdict.isSound()) {
        refused.add(place.getFileName() + ": " + String.join("; ", verdict.faults()));
        return Optional.empty();
      }
      return Optional.of(
          new Drill(place, summary, Instant.parse(summary.path("finished_at").asText())));
    } catch (IOException | DateTimeException | Trouble e) {
      refused.add(place.getFileName() + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
