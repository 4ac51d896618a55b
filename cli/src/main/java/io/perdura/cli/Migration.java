package io.perdura.cli;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.local.Databases;
import io.perdura.schema.Migrator;
import io.perdura.schema.SchemaVersion;
import java.sql.Connection;
import java.sql.SQLException;

/** Schema steps of the command line, with failures said in a sentence. */
public final class Migration {
  private final DatabaseUrl database;

  public Migration(DatabaseUrl database) {
    this.database = database;
  }

  /** Complains when no primary of the database answers. */
  public void requireReachable() {
    applied();
  }

  /** The newest migration in the database, empty text when there is none. */
  public String applied() {
    try (Connection connection = Databases.connect(database)) {
      return Migrator.appliedVersion(connection);
    } catch (SQLException e) {
      throw unreachable(e);
    }
  }

  /** Applies what is missing and tells what was done. */
  public String migrate() {
    requireReachable();
    try {
      int count = new Migrator(Databases.source(database)).migrate();
      return "version " + applied() + (count == 0 ? ", nothing to do" : ", " + count + " applied");
    } catch (SQLException | RuntimeException e) {
      if (e instanceof Trouble trouble) {
        throw trouble;
      }
      throw new Trouble(
          "The schema of " + database.target() + " could not be migrated.", firstLines(e));
    }
  }

  /** Complains when the schema is older than this build needs. */
  public String requireCurrent() {
    String applied = applied();
    if (!SchemaVersion.isSufficient(applied)) {
      throw new Trouble(
          "The schema of "
              + database.target()
              + " is "
              + (applied.isEmpty() ? "empty" : "at version " + applied)
              + ", this build needs version "
              + SchemaVersion.REQUIRED
              + "; run perdura migrate first (a production server never migrates by itself).");
    }
    return "version " + applied;
  }

  private Trouble unreachable(SQLException e) {
    String reason =
        switch (e.getSQLState() == null ? "" : e.getSQLState()) {
          case "28P01", "28000" -> "it refuses the user or password";
          case "3D000" -> "it has no such database";
          case "08001" -> "nothing accepts connections there, or not as a writable primary";
          case "53300" -> "it has no connection left";
          default ->
              e.getMessage() == null ? "no answer" : e.getMessage().lines().findFirst().orElse("");
        };
    return new Trouble(
        "The database "
            + database.target()
            + " given by DATABASE_URL cannot be used: "
            + reason.replaceAll("[.\\s]+$", "")
            + ".",
        e);
  }

  private static String firstLines(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return String.join("\n", message.strip().lines().limit(15).toList());
  }
}
