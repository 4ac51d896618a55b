package io.perdura.cli.demo;

import io.perdura.cli.Console;
import io.perdura.cli.LocalTier;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.LibertyServer.Running;
import io.perdura.cli.local.StateLock;
import io.perdura.cli.service.Credentials;
import io.perdura.cli.service.ServiceClient;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura demo}: shows, and judges, that memory outlives session, agent and process. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Write facts among distractors, restart the server, recall them from another session.",
      "Exit 2 when recall did not improve or was not stable, 1 when the demo could not run."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Console console;

  @Option(names = "--json", description = "print the report as one JSON document")
  private boolean json;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "use this server, which is then not restarted (default: the one of perdura up)")
  private URI baseUrl;

  @Option(
      names = "--wait",
      defaultValue = "120",
      paramLabel = "SECONDS",
      description = "how long embedding may take (default: ${DEFAULT-VALUE})")
  private int waitSeconds;

  public DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Environment environment = Environment.ofProcess();
    DemoReport report =
        baseUrl == null
            ? local(new LocalTier(environment, console))
            : demo(environment, baseUrl).run(() -> false);
    if (json) {
      console.print(report.toJson().toPrettyString());
    } else {
      report.toText().forEach(console::print);
    }
    return report.isSuccess() ? 0 : Main.NEGATIVE;
  }

  private DemoReport local(LocalTier tier) {
    Running running =
        tier.server()
            .running()
            .orElseThrow(() -> new Trouble("No server is running; start it with ./perdura up."));
    URI url = URI.create("http://127.0.0.1:" + running.port());
    return demo(tier.environment(), url).run(() -> restart(tier, running));
  }

  private boolean restart(LocalTier tier, Running before) {
    return StateLock.holding(
        tier.state(),
        console,
        () -> {
          console.begin("Restart");
          tier.server().stop();
          console.done("process " + before.process().pid() + " is gone");
          DatabaseUrl database = tier.externalDatabase().orElseGet(() -> tier.postgres().url());
          Running after =
              tier.startServer(database, before.port(), before.managementPort(), START_LIMIT);
          return after.process().pid() != before.process().pid();
        });
  }

  private Demo demo(Environment environment, URI url) {
    String time =
        ZonedDateTime.now(ZoneOffset.UTC)
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS"));
    return new Demo(
        new MemoryClient(
            new ServiceClient(
                url,
                new Credentials(
                    Optional.empty(), environment.get("PERDURA_API_KEY"), Optional.empty()),
                TIMEOUT),
            null),
        console,
        "demo-" + time,
        Duration.ofSeconds(waitSeconds));
  }
}
