package io.perdura.cli.config;

import io.perdura.cli.Trouble;
import io.perdura.kernel.CredentialFiles;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The variables a command works with: credentials that the service manager handed over, over the
 * process environment, over the {@code .env} file.
 */
public final class Environment {
  private final Map<String, String> values;

  private Environment(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * The environment of this process, with its credentials above and {@code .env} of the working
   * directory below it.
   */
  public static Environment ofProcess() {
    Map<String, String> process = new TreeMap<>(System.getenv());
    process.putAll(CredentialFiles.ofProcess());
    return of(process, EnvFile.read(Path.of(".env")));
  }

  /** {@code file} fills what {@code process} leaves unset; a blank variable counts as set. */
  public static Environment of(Map<String, String> process, Map<String, String> file) {
    Map<String, String> merged = new TreeMap<>(file);
    merged.putAll(process);
    return new Environment(merged);
  }

  /** The value of a variable that is set and not blank. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isBlank());
  }

  public String get(String name, String fallback) {
    return get(name).orElse(fallback);
  }

  /** A TCP port from the environment; a value that is none is the user's trouble. */
  public int port(String name, int fallback) {
    String text = get(name, Integer.toString(fallback)).trim();
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw new Trouble(name + " must be a port number from 1 to 65535, not \"" + text + "\".", e);
    }
    throw new Trouble(name + " must be a port number from 1 to 65535, not \"" + text + "\".");
  }

  /** Everything, for a child process. */
  public Map<String, String> all() {
    return values;
  }
}
