package io.perdura.cli.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.Table;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.EnvFile;
import io.perdura.cli.config.Environment;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.Target;
import io.perdura.cli.service.Unreachable;
import io.perdura.kernel.Jsons;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code perdura profile}: sets of settings that belong together. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = {
      "Show or apply a profile: throughput (lite, prod, benchmark) or abstraction (conservative, balanced, aggressive)."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ProfileCommand.Show.class, ProfileCommand.Apply.class})
public final class ProfileCommand {

  /** Names for a shell's completion. */
  static final class Names extends java.util.ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      super(Profiles.names());
    }
  }

  /** What it is, and what runs. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description =
          "Show a profile's settings beside those in force: the running service's, else the environment's.")
  public static final class Show implements Callable<Integer> {
    private final Console console;

    @Mixin private Target target = new Target();

    @Parameters(
        arity = "0..1",
        paramLabel = "PROFILE",
        completionCandidates = Names.class,
        description = "${COMPLETION-CANDIDATES}")
    private String name;

    @Option(names = "--json", description = "one JSON document instead of text")
    private boolean json;

    public Show(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      Environment environment = Environment.ofProcess();
      TreeMap<String, String> inForce = new TreeMap<>(environment.all());
      String source =
          settings(environment, inForce) ? "the running service" : "the environment here";
      String current = Profiles.matching(inForce).orElse("none");
      ObjectNode document =
          Jsons.object().put("throughput_in_force", current).put("looked_at", source);
      Table table =
          new Table(
              "SETTING", "IN FORCE", name == null ? "" : name.toUpperCase(java.util.Locale.ROOT));
      if (name != null) {
        ObjectNode values = document.put("profile", name).putObject("settings");
        Profiles.find(name)
            .values()
            .forEach((variable, wanted) -> {
              String actual = inForce.get(variable);
              values.putObject(variable).put("profile", wanted).put("in_force", actual);
              table.row(
                  variable,
                  actual == null ? "-" : actual,
                  wanted + (Profiles.same(wanted, actual) ? "" : "  *"));
            });
      }
      if (json) {
        console.print(document.toPrettyString());
      } else {
        console.print("throughput profile in force (" + source + "): " + current);
        if (name == null) {
          console.print("profiles: " + String.join(", ", Profiles.names()));
        } else {
          console.print(table);
        }
      }
      return 0;
    }

    private boolean settings(Environment environment, Map<String, String> inForce) {
      try {
        Reply reply = target.client(environment, console).get("/v1/admin/control/configuration");
        JsonNode settings = reply.json().path("settings");
        settings
            .properties()
            .forEach(entry -> inForce.put(entry.getKey(), entry.getValue().asText()));
        return reply.isOk();
      } catch (Unreachable | Trouble e) {
        return false;
      }
    }
  }

  /** Puts it into a file. */
  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = {
        "Write a profile into an environment file, between two marks; everything else in it stays as it is.",
        "A server takes it on at its next start."
      },
      footer = {"", "Example: perdura profile apply prod --env-file /etc/perdura/perdura.env"})
  public static final class Apply implements Callable<Integer> {
    private final Console console;

    @Parameters(
        paramLabel = "PROFILE",
        completionCandidates = Names.class,
        description = "${COMPLETION-CANDIDATES}")
    private String name;

    @Option(
        names = "--env-file",
        paramLabel = "F",
        defaultValue = ".env",
        description = "default: ${DEFAULT-VALUE} in the working directory")
    private Path file;

    @Option(names = "--dry-run", description = "show the block, and change nothing")
    private boolean dryRun;

    public Apply(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      Profiles.Profile profile = Profiles.find(name);
      String before = ManagedBlock.read(file);
      EnvFile.read(file); // a file that is not of the form is not made worse
      String after = ManagedBlock.replaced(before, profile);
      if (dryRun) {
        profile.values().forEach((variable, value) -> console.print(variable + "=" + value));
      } else if (after.equals(before)) {
        console.print(file + " has profile " + name + " already");
      } else {
        ManagedBlock.write(file, after);
        console.print(
            "profile " + name + " is in " + file + ", " + profile.values().size() + " settings");
      }
      List<String> elsewhere = ManagedBlock.setElsewhere(before, profile);
      if (!elsewhere.isEmpty()) {
        console.note(
            "also set outside of the block (the later line wins): " + String.join(", ", elsewhere));
      }
      return 0;
    }
  }
}
