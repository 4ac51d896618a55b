package io.perdura.api;

import io.perdura.control.ControlSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.schema.Migrator;
import io.perdura.schema.SchemaVersion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Looks every second, in the background, whether the database accepts writes and has the schema
 * that this build needs. Questions about it are answered from what was last seen.
 *
 * <p>A database that was seen is given {@value #GRACE_SECONDS} s to come back before this server
 * calls itself not ready: a moving primary must not empty the load balancer.
 */
@ApplicationScoped
class DatabaseWatch {
  static final int GRACE_SECONDS = 10;

  private static final Logger LOG = Logger.getLogger(DatabaseWatch.class.getName());
  private static final long GRACE_NANOS = Duration.ofSeconds(GRACE_SECONDS).toNanos();
  private static final long MIGRATION_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final int STATEMENT_SECONDS = 2;

  /** A sufficient schema is looked at again only now and then. */
  private static final int LOOKS_PER_SCHEMA_CHECK = 15;

  private static final String WRITABLE =
      "select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'";

  private final Database database;
  private final boolean migrate;
  private final ConnectionBudget budget;
  private final LongSupplier nanoClock;

  private volatile long writableAt;
  private volatile boolean everWritable;
  private volatile boolean wasReady = true;
  private volatile String schema = "";
  private int looks;
  private boolean migrationTried;
  private long migrationTriedAt;

  /** For the container's proxy. */
  protected DatabaseWatch() {
    this(null, false, null, System::nanoTime);
  }

  @Inject
  DatabaseWatch(Database database, Settings settings, ConnectionBudget budget) {
    this(
        database,
        settings.get(ControlSettings.PERDURA_MIGRATE_ON_START) && !settings.isProduction(),
        budget,
        System::nanoTime);
  }

  DatabaseWatch(
      Database database, boolean migrate, ConnectionBudget budget, LongSupplier nanoClock) {
    this.database = database;
    this.migrate = migrate;
    this.budget = budget;
    this.nanoClock = nanoClock;
  }

  /** Tells whether a writable primary was seen within the last {@value #GRACE_SECONDS} s. */
  boolean acceptsWrites() {
    return everWritable && nanoClock.getAsLong() - writableAt < GRACE_NANOS;
  }

  /** Seconds since a writable primary was last seen, -1 when none ever was. */
  long secondsSinceWritable() {
    return everWritable ? Duration.ofNanos(nanoClock.getAsLong() - writableAt).toSeconds() : -1;
  }

  /** The schema version last seen, empty when there was none. */
  String schemaVersion() {
    return schema;
  }

  boolean schemaIsSufficient() {
    return SchemaVersion.isSufficient(schema);
  }

  /** Looks once; never throws. */
  void look() {
    try (Connection connection = database.dataSource().getConnection()) {
      if (isWritable(connection) && checkSchema(connection)) {
        writableAt = nanoClock.getAsLong();
        everWritable = true;
      }
    } catch (SQLException e) {
      LOG.log(Level.FINE, "the database does not answer", e);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the database cannot be watched", e);
    }
    tellChange();
  }

  private static boolean isWritable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(STATEMENT_SECONDS);
      try (ResultSet row = statement.executeQuery(WRITABLE)) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Returns false when the database cannot carry this server; looks now and then only. */
  private boolean checkSchema(Connection connection) throws SQLException {
    if (schemaIsSufficient() && looks++ % LOOKS_PER_SCHEMA_CHECK != 0) {
      return everWritable;
    }
    schema = Migrator.appliedVersion(connection);
    if (migrate && !schemaIsSufficient() && isTimeToMigrate()) {
      LOG.log(Level.INFO, "bringing the database to schema {0}", SchemaVersion.REQUIRED);
      new Migrator(database.dataSource()).migrate();
      schema = Migrator.appliedVersion(connection);
    }
    return !schemaIsSufficient() || budget.admits(connection);
  }

  /** A migration that failed is worth another try, but not every second. */
  private boolean isTimeToMigrate() {
    long now = nanoClock.getAsLong();
    if (migrationTried && now - migrationTriedAt < MIGRATION_PAUSE_NANOS) {
      return false;
    }
    migrationTried = true;
    migrationTriedAt = now;
    return true;
  }

  private void tellChange() {
    boolean ready = acceptsWrites() && schemaIsSufficient();
    if (ready == wasReady) {
      return;
    }
    wasReady = ready;
    if (ready) {
      LOG.log(Level.INFO, "the database accepts writes, schema {0}", schema);
    } else if (acceptsWrites()) {
      LOG.log(
          Level.WARNING,
          "the database has schema \"{0}\", this build needs {1}: run `perdura migrate`",
          new Object[] {schema, SchemaVersion.REQUIRED});
    } else {
      LOG.log(
          Level.WARNING,
          "not ready: no database that accepts writes; requests wait for it inside their deadline");
    }
  }
}
