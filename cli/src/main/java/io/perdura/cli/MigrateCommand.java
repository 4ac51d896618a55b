package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.StateLock;
import io.perdura.schema.SchemaVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code perdura migrate}: the schema step of a roll-out, run once before the servers. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Bring the database to the schema that this build needs.",
      "Works on DATABASE_URL, else on the embedded database. Safe to run twice and from two places."
    })
public final class MigrateCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--check", description = "change nothing; exit 1 when the schema is too old")
  private boolean check;

  public MigrateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    LocalTier tier = new LocalTier(Environment.ofProcess(), console);
    if (tier.externalDatabase().isPresent()) {
      migrate(tier.externalDatabase().get());
      return 0;
    }
    tier.prepareState();
    return StateLock.holding(tier.state(), console, () -> migrateEmbedded(tier));
  }

  private int migrateEmbedded(LocalTier tier) {
    boolean ran = tier.postgres().pid().isPresent();
    DatabaseUrl database = tier.startDatabase();
    try {
      migrate(database);
    } finally {
      if (!ran) {
        tier.postgres().stop();
      }
    }
    return 0;
  }

  private void migrate(DatabaseUrl database) {
    Migration migration = new Migration(database);
    String result = check ? migration.requireCurrent() : migration.migrate();
    console.print(
        "Schema of "
            + database.target()
            + ": "
            + result
            + " (this build needs "
            + SchemaVersion.REQUIRED
            + ").");
  }
}
