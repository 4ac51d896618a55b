package io.perdura.cli.gate;

import io.perdura.cli.Console;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code perdura gate core}: every blocking metric of the production core gate. */
@Command(
    name = "core",
    mixinStandardHelpOptions = true,
    description = {
      "Integrity, operability, latency and errors of a running service: the production core gate.",
      "The judged scope is only read; writes go to probe scopes that are erased at the end."
    },
    footer = {
      "",
      "Example: perdura gate core --base-url http://localhost:3001 --scope default \\",
      "           --run-control-admin-validation true --run-perf true \\",
      "           --recall-p95-max-ms 1200 --write-p95-max-ms 800 --error-rate-max 0.02"
    })
public final class CoreGateCommand extends AbstractGateCommand {
  @Mixin private CoreOptions core = new CoreOptions();

  public CoreGateCommand(Console console) {
    super(console, "core");
  }

  @Override
  void check() {
    core.check();
  }

  @Override
  Gate gate(GateRun run) {
    ProbeScopes scopes = new ProbeScopes(run);
    List<Step> steps = new ArrayList<>(core.steps(run, scopes));
    steps.add(scopes.erasing());
    return new Gate("core", steps);
  }
}
