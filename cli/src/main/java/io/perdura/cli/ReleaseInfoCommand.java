package io.perdura.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.SchemaVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura release-info}: what this build is and what it needs. */
@Command(
    name = "release-info",
    aliases = "version",
    mixinStandardHelpOptions = true,
    description = "Show the version of this build and the schema it needs.")
public final class ReleaseInfoCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "one JSON document instead of text")
  private boolean json;

  public ReleaseInfoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (json) {
      ObjectNode info = Jsons.MAPPER.createObjectNode();
      info.put("version", Versions.current()).put("schema_required", SchemaVersion.REQUIRED);
      info.put("liberty", Versions.liberty()).put("postgresql_driver", Versions.postgresDriver());
      info.put("java", Runtime.version().toString());
      console.print(info.toPrettyString());
    } else {
      console.print("Perdura " + Versions.current());
      console.print("  schema needed      " + SchemaVersion.REQUIRED);
      console.print("  Open Liberty       " + Versions.liberty());
      console.print("  PostgreSQL driver  " + Versions.postgresDriver());
      console.print("  Java               " + Runtime.version());
    }
    return 0;
  }
}
