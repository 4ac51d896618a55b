package io.perdura.cli;

import io.perdura.cli.config.Environment;
import io.perdura.cli.local.StateLock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code perdura down}: stops server and embedded database, keeping the data. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stop the server and the embedded database; the data stays.")
public final class DownCommand implements Callable<Integer> {
  private final Console console;

  public DownCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    if (!tier.state().exists()) {
      console.print("Nothing is running.");
      return 0;
    }
    tier.state().prepare(0);
    boolean stopped = StateLock.holding(tier.state(), console, tier::stop);
    console.print(stopped ? "Perdura is stopped." : "Nothing is running.");
    return 0;
  }
}
