package io.perdura.cli;

import io.perdura.cli.config.Environment;
import io.perdura.cli.local.StateLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura reset}: back to nothing. */
@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    description = "Stop everything and delete the local state with all its memory.")
public final class ResetCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = {"-y", "--yes"},
      description = "do not ask")
  private boolean yes;

  public ResetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    if (!tier.state().exists()) {
      console.print("There is no local state.");
      return 0;
    }
    if (!yes && !confirmed(tier)) {
      throw new Trouble("Nothing was deleted; answer yes, or pass --yes.");
    }
    tier.state().prepare(0);
    StateLock.holding(
        tier.state(),
        console,
        () -> {
          tier.stop();
          tier.state().delete();
          return null;
        });
    console.print("The local state in " + tier.state().root() + " is deleted.");
    if (tier.externalDatabase().isPresent()) {
      console.print("The database given by DATABASE_URL was not touched.");
    }
    return 0;
  }

  private boolean confirmed(LocalTier tier) {
    console.print(
        "This deletes " + tier.state().root() + " with all memory in it. Type yes to go on:");
    try {
      String answer =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      return "yes".equals(answer == null ? "" : answer.trim());
    } catch (IOException e) {
      return false;
    }
  }
}
