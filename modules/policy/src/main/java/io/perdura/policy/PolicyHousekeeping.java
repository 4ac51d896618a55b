package io.perdura.policy;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Once a minute: removes decisions and single feedbacks that are older than they are kept (defect
 * D36). What feedbacks added up to stays with the rules.
 */
@ApplicationScoped
public class PolicyHousekeeping {
  private static final Logger LOG = Logger.getLogger(PolicyHousekeeping.class.getName());
  private static final long INTERVAL_SECONDS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int ROWS_PER_STATEMENT = 5_000;

  private static final String PURGE =
      """
      delete from %1$s where id = any(array(
        select id from %1$s where created_at < now() - make_interval(days => ?) limit ?))
      """;

  private static final String FEEDBACK = PURGE.formatted("memory_rule_feedback");
  private static final String DECISIONS = PURGE.formatted("memory_execution_decisions");

  private final Database database;
  private final int days;
  private Future<?> task;

  /** For the container's proxy. */
  protected PolicyHousekeeping() {
    this.database = null;
    this.days = 0;
  }

  @Inject
  PolicyHousekeeping(Database database, Settings settings) {
    this.database = database;
    this.days = settings.get(PolicySettings.PERDURA_POLICY_KEEP_DAYS);
  }

  /** Starts after a random part of the first minute, so that servers started together spread. */
  public synchronized void start(ScheduledExecutorService executor) {
    long first = ThreadLocalRandom.current().nextLong(INTERVAL_SECONDS);
    task =
        executor.scheduleWithFixedDelay(
            this::runQuietly, first, INTERVAL_SECONDS, TimeUnit.SECONDS);
  }

  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void runQuietly() {
    try {
      Deadline.run(PATIENCE, () -> LOG.log(Level.FINE, "{0} old rows removed", run()));
    } catch (RuntimeException e) {
      LOG.log(Level.INFO, "housekeeping of the policy loop is put off by a minute", e);
    }
  }

  /**
   * Does the work once.
   *
   * @return how many rows were removed
   */
  public int run() {
    if (days == 0) {
      return 0;
    }
    return database.statement("purge feedback", connection -> purge(connection, FEEDBACK))
        + database.statement("purge decisions", connection -> purge(connection, DECISIONS));
  }

  private int purge(Connection connection, String sql) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setInt(1, days);
      delete.setInt(2, ROWS_PER_STATEMENT);
      return delete.executeUpdate();
    }
  }
}
