package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Main;
import io.perdura.cli.config.Environment;
import io.perdura.cli.evidence.EvidenceDirectory;
import io.perdura.cli.evidence.Manifest;
import io.perdura.cli.evidence.OperatorKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A gate that judges files and not a service: the same steps, summary, evidence and signature. */
public final class OfflineGate {
  /**
   * What the operator says.
   *
   * @param key null = the operator's usual one
   * @param outDir null = {@code artifacts/<gate>/<run id>}
   * @param commit null = that of the checkout
   */
  public record Settings(
      Path key, boolean unsigned, Path outDir, String runId, String commit, boolean json) {}

  private OfflineGate() {}

  /** Takes the steps and leaves evidence; returns the exit code. */
  public static int run(
      Console console, String name, Settings settings, ObjectNode inputs, List<Step> steps) {
    Environment environment = Environment.ofProcess();
    Optional<OperatorKey> key = Signing.key(settings.key(), settings.unsigned(), environment);
    String runId = Signing.runId(settings.runId(), environment);
    Path directory = Signing.directory(settings.outDir(), environment, name, runId);
    Release release = Release.of(null, settings.commit());
    EvidenceDirectory evidence = EvidenceDirectory.create(directory, List.of());
    GateRun run = new GateRun(runId, null, environment, release, evidence, console, null, null);
    run.inputs.setAll(inputs);
    run.inputs.put("signed", key.isPresent());
    ObjectNode summary = new GateEngine(new Gate(name, steps), run, false, List.of()).run();
    Manifest.seal(directory, key);
    if (key.isEmpty()) {
      console.note("nobody signed the evidence: it will never verify");
    }
    console.print(settings.json() ? summary.toPrettyString() : GateText.of(summary, console));
    return summary.path("ok").asBoolean() ? 0 : Main.NEGATIVE;
  }
}
