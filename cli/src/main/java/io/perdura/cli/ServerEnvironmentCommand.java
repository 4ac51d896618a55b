package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.EnvFile;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.ServerSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code perdura server-environment}: DATABASE_URL in the form that the server configuration reads,
 * and what {@code .env} adds to the environment, as shell assignments.
 *
 * <p>For the launcher and for service units, which evaluate or store the output (mode 0600): it
 * carries the password.
 */
@Command(
    name = "server-environment",
    hidden = true,
    mixinStandardHelpOptions = true,
    description =
        "Print what a server needs beside the environment, as shell assignments (with the password).")
public final class ServerEnvironmentCommand implements Callable<Integer> {
  private final Console console;

  public ServerEnvironmentCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Map<String, String> added = new TreeMap<>(EnvFile.read(Path.of(".env")));
    added.keySet().removeAll(System.getenv().keySet());
    Environment environment = Environment.ofProcess();
    if (environment.get("PERDURA_DB_URL").isEmpty()) {
      DatabaseUrl database =
          environment
              .get("DATABASE_URL")
              .map(DatabaseUrl::parse)
              .orElseThrow(() -> new Trouble("DATABASE_URL is not set."));
      added.putAll(ServerSettings.forForeignStart(database));
    }
    added.remove("DATABASE_URL");
    added.forEach((name, value) -> console.print("export " + name + "=" + quoted(value)));
    return 0;
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
