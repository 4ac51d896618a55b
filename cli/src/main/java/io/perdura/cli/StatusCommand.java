package io.perdura.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.EmbeddedPostgres;
import io.perdura.cli.local.LibertyServer.Running;
import io.perdura.cli.local.Probe;
import io.perdura.kernel.Jsons;
import io.perdura.schema.SchemaVersion;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura status}: what runs, where, and whether it is well. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show server, database, readiness and versions; exit 1 unless ready.")
public final class StatusCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "one JSON document instead of text")
  private boolean json;

  public StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    ObjectNode status = Jsons.MAPPER.createObjectNode();
    status.put("version", Versions.current());
    status.put("state_directory", tier.state().root().toString());
    Optional<Running> running = tier.server().running();
    boolean ready = running.map(r -> describe(status.putObject("server"), r)).orElse(false);
    Optional<DatabaseUrl> database = database(tier, status.putObject("database"));
    schema(status.putObject("schema"), database);
    status.put("ready", ready);
    console.print(json ? status.toPrettyString() : text(status));
    return ready ? 0 : Main.FAILED;
  }

  private static boolean describe(ObjectNode server, Running running) {
    Probe.Answer answer = Probe.ready(running.port());
    server.put("pid", running.process().pid());
    server.put("url", "http://localhost:" + running.port());
    server.put("management_url", "http://127.0.0.1:" + running.managementPort());
    server.put("started", running.started().toString());
    server.put("readiness", answer.isReady() ? "ready" : "not ready");
    if (!answer.isReady()) {
      server.put("reason", answer.status() == 0 ? "no answer" : answer.body());
    }
    return answer.isReady();
  }

  private static Optional<DatabaseUrl> database(LocalTier tier, ObjectNode out) {
    Optional<DatabaseUrl> external = tier.externalDatabase();
    if (external.isPresent()) {
      out.put("kind", "external").put("target", external.get().target());
      return external;
    }
    if (!EmbeddedPostgres.isAvailable() || !tier.state().exists()) {
      out.put("kind", "none");
      return Optional.empty();
    }
    EmbeddedPostgres postgres = tier.postgres();
    out.put("kind", "embedded");
    if (postgres.pid().isEmpty()) {
      out.put("state", "stopped");
      return Optional.empty();
    }
    out.put("pid", postgres.pid().getAsLong()).put("target", postgres.url().target());
    return Optional.of(postgres.url());
  }

  private static void schema(ObjectNode out, Optional<DatabaseUrl> database) {
    out.put("required", SchemaVersion.REQUIRED);
    database.ifPresent(url -> {
      try {
        out.put("applied", new Migration(url).applied());
      } catch (Trouble trouble) {
        out.put("problem", trouble.getMessage());
      }
    });
  }

  private static String text(ObjectNode status) {
    StringBuilder out = new StringBuilder("Perdura " + status.path("version").asText());
    status
        .properties()
        .forEach(property -> {
          if (property.getValue() instanceof ObjectNode group) {
            group
                .properties()
                .forEach(item ->
                    line(out, property.getKey() + " " + item.getKey(), item.getValue().asText()));
          } else if (!property.getKey().equals("version")) {
            line(out, property.getKey(), property.getValue().asText());
          }
        });
    if (!status.has("server")) {
      line(out, "server", "not running");
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(String.format("%n  %-22s %s", name.replace('_', ' '), value));
  }
}
