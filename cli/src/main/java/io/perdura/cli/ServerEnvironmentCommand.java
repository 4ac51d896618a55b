package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.ServerSettings;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code perdura server-environment}: DATABASE_URL in the form that the server configuration reads,
 * as shell assignments.
 *
 * <p>For the launcher and for service units, which evaluate or store the output (mode 0600): it
 * carries the password.
 */
@Command(
    name = "server-environment",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Print DATABASE_URL as the variables that the server reads (with the password).")
public final class ServerEnvironmentCommand implements Callable<Integer> {
  private final Console console;

  public ServerEnvironmentCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DatabaseUrl database =
        Environment.ofProcess()
            .get("DATABASE_URL")
            .map(DatabaseUrl::parse)
            .orElseThrow(() -> new Trouble("DATABASE_URL is not set."));
    for (Map.Entry<String, String> variable : ServerSettings.forForeignStart(database).entrySet()) {
      console.print("export " + variable.getKey() + "=" + quoted(variable.getValue()));
    }
    return 0;
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
