package io.perdura.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * Brings a database to the schema that this build needs, and tells how far a database is.
 *
 * <p>Migrations are expand-only towards the release before: release N-1 runs on release N's schema.
 * Flyway's lock makes concurrent runs wait for each other.
 */
public final class Migrator {
  private final DataSource dataSource;

  public Migrator(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Applies what is missing; a second run changes nothing.
   *
   * @return how many migrations were applied
   * @throws SQLException when the database cannot be asked
   */
  public int migrate() throws SQLException {
    boolean vectors = installPgvector();
    MigrateResult result = flyway(Map.of("vector_type", vectors ? "vector" : "real[]")).migrate();
    return result.migrationsExecuted;
  }

  /**
   * Returns the newest applied version, empty text when there is none or no schema.
   *
   * @throws SQLException when the database cannot be asked
   */
  public static String appliedVersion(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet known =
            statement.executeQuery("select to_regclass('schema_migrations') is not null")) {
      known.next();
      if (!known.getBoolean(1)) {
        return "";
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select version from schema_migrations where success and version is not null"
                    + " order by installed_rank desc limit 1")) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private Flyway flyway(Map<String, String> placeholders) {
    FluentConfiguration configuration =
        Flyway.configure(Migrator.class.getClassLoader())
            .dataSource(dataSource)
            .locations("classpath:db/migration")
            .table("schema_migrations")
            .placeholders(placeholders)
            .baselineOnMigrate(false)
            .target(MigrationVersion.LATEST);
    return configuration.load();
  }

  /**
   * Creates the extension when the server offers it and we may; tells whether vectors can be stored
   * as such.
   */
  private boolean installPgvector() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      try (ResultSet installed =
          statement.executeQuery("select 1 from pg_extension where extname = 'vector'")) {
        if (installed.next()) {
          return true;
        }
      }
      try (ResultSet offered =
          statement.executeQuery("select 1 from pg_available_extensions where name = 'vector'")) {
        if (!offered.next()) {
          return false;
        }
      }
      statement.execute("create extension if not exists vector");
      return true;
    }
  }
}
