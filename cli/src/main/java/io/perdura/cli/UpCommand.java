package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.LibertyServer.Running;
import io.perdura.cli.local.Probe;
import io.perdura.cli.local.StateLock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura up}: everything that is needed to serve memory on this machine. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Start the memory service on this machine and wait until it is ready.",
      "A second run changes nothing. DATABASE_URL selects a PostgreSQL of yours."
    })
public final class UpCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--timeout",
      defaultValue = "120",
      paramLabel = "SECONDS",
      description = "how long the server may take to become ready (default: ${DEFAULT-VALUE})")
  private int timeoutSeconds;

  public UpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    long began = System.nanoTime();
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    tier.prepareState();
    return StateLock.holding(tier.state(), console, () -> up(tier, began));
  }

  private int up(LocalTier tier, long began) {
    Duration limit = Duration.ofSeconds(timeoutSeconds);
    Optional<Running> running = tier.server().running();
    if (running.isPresent() && keepsDatabase(tier)) {
      stay(tier, running.get(), limit);
      return 0;
    }
    if (running.isPresent()) {
      tier.server().stop(); // it looks for a database that is no longer where it was
    }
    tier.requireFreePorts(tier.port(), tier.managementPort());
    DatabaseUrl database = tier.startDatabase();
    tier.migrate(database);
    Running started = tier.startServer(database, tier.port(), tier.managementPort(), limit);
    console.print("");
    console.print(
        "Perdura is ready at http://localhost:"
            + started.port()
            + " after "
            + Console.elapsed(System.nanoTime() - began)
            + ".");
    FirstRequest.lines(started.port(), tier.environment()).forEach(console::print);
    return 0;
  }

  /** Brings back a database that was stopped under the server; false when its address changed. */
  private static boolean keepsDatabase(LocalTier tier) {
    if (tier.externalDatabase().isPresent() || tier.postgres().pid().isPresent()) {
      return true;
    }
    int port = tier.postgres().lastPort();
    tier.startDatabase();
    return tier.postgres().port() == port;
  }

  private void stay(LocalTier tier, Running running, Duration limit) {
    if (!Probe.ready(running.port()).isReady()) {
      console.begin("Server");
      tier.awaitReady(running.process(), running.port(), limit);
      console.done("ready");
    }
    console.print(
        "Perdura is already running at http://localhost:"
            + running.port()
            + " (process "
            + running.process().pid()
            + ").");
    if (tier.server().isOutdated()) {
      console.print("It runs an older build: ./perdura down && ./perdura up starts the new one.");
    }
  }
}
