package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.gate.OfflineGate;
import io.perdura.cli.local.Installation;
import io.perdura.kernel.Jsons;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura sdk}: the client libraries of this checkout. */
@Command(
    name = "sdk",
    mixinStandardHelpOptions = true,
    description = "The client libraries of a checkout.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = SdkCommand.Check.class)
public final class SdkCommand {

  /** The release check. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "May these client libraries be released? Versions, changelog, build, tests, content of the packages,",
        "publication tried without a registry. Leaves signed evidence that gate go-live takes.",
        "Exit 0 pass, 1 it could not run, 2 fail; what could not be looked at fails as not proven."
      },
      footer = {"", "Example: perdura sdk check --commit $(git rev-parse HEAD)"})
  public static final class Check implements Callable<Integer> {
    private final Console console;

    @Option(
        names = "--checkout",
        paramLabel = "DIR",
        description = "the sources (default: those of this installation)")
    private Path checkout;

    @Option(
        names = "--run-suites",
        paramLabel = "true|false",
        arity = "1",
        defaultValue = "true",
        description =
            "run the behaviour suite against a server of this checkout (default: ${DEFAULT-VALUE})")
    private boolean suites;

    @Option(
        names = "--out-dir",
        paramLabel = "DIR",
        description =
            "where the evidence goes (default: OUT_DIR, else artifacts/sdk-check/<run id>)")
    private Path outDir;

    @Option(
        names = "--run-id",
        paramLabel = "ID",
        description = "name of the run (default: RUN_ID, else time and chance)")
    private String runId;

    @Option(
        names = "--key",
        paramLabel = "F",
        description =
            "the operator's key (default: PERDURA_OPERATOR_KEY, else ~/.config/perdura/operator.key)")
    private Path key;

    @Option(names = "--unsigned", description = "run without a key; such evidence never verifies")
    private boolean unsigned;

    @Option(
        names = "--commit",
        paramLabel = "SHA",
        description = "the commit that is judged (default: that of the checkout)")
    private String commit;

    @Option(names = "--json", description = "print the summary as JSON")
    private boolean json;

    public Check(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      Path home = checkout == null ? Installation.ofProcess().home() : checkout;
      home = home.toAbsolutePath().normalize();
      ObjectNode inputs = Jsons.object().put("checkout", home.toString());
      inputs.put("run_suites", suites);
      OfflineGate.Settings settings =
          new OfflineGate.Settings(key, unsigned, outDir, runId, commit, json);
      return OfflineGate.run(
          console,
          "sdk-check",
          settings,
          inputs,
          new SdkCheck(home, Tools.ofSystem(), suites).steps());
    }
  }
}
