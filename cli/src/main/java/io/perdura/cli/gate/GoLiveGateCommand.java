package io.perdura.cli.gate;

import io.perdura.cli.Console;
import io.perdura.cli.Trouble;
import io.perdura.cli.evidence.OperatorKey;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code perdura gate go-live}: the whole go-live document, go or no-go. */
@Command(
    name = GoLiveGateCommand.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "May this release take production traffic? Blockers, the day before, two hours before, the core gate,",
      "and evidence of drills. Exit 0 is go, exit 2 no-go with each reason."
    },
    footer = {
      "",
      "Example: perdura gate go-live --base-url https://memory.example.com --scope default --drills-dir artifacts/drills"
    })
public final class GoLiveGateCommand extends AbstractGateCommand {
  static final String NAME = "go-live";

  @Mixin private CoreOptions core = new CoreOptions();

  @Option(
      names = "--drills-dir",
      paramLabel = "DIR",
      defaultValue = "artifacts/drills",
      description = "directories with signed evidence of drills (default: ${DEFAULT-VALUE})")
  private Path drillsDir;

  @Option(
      names = "--drill-max-age-days",
      paramLabel = "N",
      defaultValue = "7",
      description = "older evidence does not count (default: ${DEFAULT-VALUE})")
  private int drillMaxAgeDays;

  @Option(
      names = "--trusted-key",
      paramLabel = "F",
      description =
          "public key of somebody whose drills count, beside the operator; may be repeated")
  private List<Path> trustedKeys = new ArrayList<>();

  @Option(
      names = "--run-value-path",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description =
          "write facts among distractors and recall them, in a probe scope (default: ${DEFAULT-VALUE})")
  private boolean valuePath;

  public GoLiveGateCommand(Console console) {
    super(console, NAME);
  }

  @Override
  void check() {
    core.check();
    if (drillMaxAgeDays < 1) {
      throw new Trouble("--drill-max-age-days must be at least 1.");
    }
  }

  @Override
  Gate gate(GateRun run) {
    run.inputs.put("drills_dir", drillsDir.toString()).put("drill_max_age_days", drillMaxAgeDays);
    run.trusted = trusted(run);
    ProbeScopes scopes = new ProbeScopes(run);
    core.controlAdmin = true;
    List<Step> steps = new ArrayList<>();
    List<String> leftOut = leftOut();
    if (!leftOut.isEmpty()) {
      String[] reasons = leftOut.toArray(String[]::new);
      steps.add(Step.blocking("left_out", () -> Outcome.notProven(null, reasons)));
    }
    steps.add(new ReleaseSteps(run).blockers());
    List<Step> coreSteps = core.steps(run, scopes);
    // The probes first: without a service nothing below can be looked at.
    steps.addAll(coreSteps.subList(0, 2));
    for (Step step : new PreflightSteps(run, true).steps()) {
      steps.add(step.inGroup("preflight"));
    }
    steps.add(
        valuePath
            ? new ValuePathStep(run, scopes).step()
            : Step.advisory("value_path", () -> Outcome.skipped("--run-value-path false")));
    steps.addAll(coreSteps.subList(2, coreSteps.size()));
    steps.addAll(
        new DrillSteps(run, drillsDir, Duration.ofDays(drillMaxAgeDays), run.trusted).steps());
    steps.add(scopes.erasing());
    return new Gate(NAME, steps);
  }

  /** Blocking parts of the document that the operator does not want looked at: that is no go. */
  private List<String> leftOut() {
    List<String> flags = new ArrayList<>();
    if (!valuePath) {
      flags.add("--run-value-path false");
    }
    if (!core.pack) {
      flags.add("--run-pack-gate false");
    }
    if (!core.perf.run) {
      flags.add("--run-perf false");
    }
    return flags;
  }

  private Set<PublicKey> trusted(GateRun run) {
    Set<PublicKey> trusted = new HashSet<>(run.trusted);
    trustedKeys.forEach(file -> trusted.add(OperatorKey.readPublic(file)));
    return trusted;
  }
}
