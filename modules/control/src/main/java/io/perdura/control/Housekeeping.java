package io.perdura.control;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Removes what requests leave behind: expired Idempotency-Keys, old telemetry, rows of servers that
 * died long ago. Seals again what an older key sealed.
 *
 * <p>Every server does it, each minute, in short statements that step around each other's rows.
 */
@ApplicationScoped
public class Housekeeping {
  private static final Logger LOG = Logger.getLogger(Housekeeping.class.getName());
  private static final long INTERVAL_SECONDS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int KEYS_PER_STATEMENT = 5_000;

  private static final String PURGE_KEYS =
      """
      delete from idempotency_keys where (tenant, principal, route, key) in (
        select tenant, principal, route, key from idempotency_keys
         where expires_at <= now() order by expires_at limit ? for update skip locked)
      """;

  /** Ids grow with time, so the oldest rows are found through the primary key. */
  private static final String PURGE_TELEMETRY =
      """
      delete from memory_request_telemetry where id in (
        select id from (select id, created_at from memory_request_telemetry order by id limit ?) oldest
         where created_at < now() - make_interval(hours => ?))
      """;

  private final Database database;
  private final AlertService alerts;
  private final int retentionHours;
  private final int purgeLimit;
  private Future<?> task;

  /** For the container's proxy. */
  protected Housekeeping() {
    this.database = null;
    this.alerts = null;
    this.retentionHours = 0;
    this.purgeLimit = 0;
  }

  @Inject
  public Housekeeping(Database database, Settings settings, AlertService alerts) {
    this.database = database;
    this.alerts = alerts;
    this.retentionHours = settings.get(ControlSettings.CONTROL_TELEMETRY_RETENTION_HOURS);
    this.purgeLimit = settings.get(ControlSettings.CONTROL_TELEMETRY_PURGE_BATCH_LIMIT);
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
      Deadline.run(PATIENCE, () -> LOG.log(Level.FINE, "housekeeping removed {0} rows", run()));
    } catch (RuntimeException e) {
      LOG.log(Level.FINE, "housekeeping waits for the database", e);
    }
  }

  /** Purges everything that is due; returns how many rows went. */
  int run() {
    int removed = repeat("purge idempotency keys", PURGE_KEYS, KEYS_PER_STATEMENT, null);
    removed += repeat("purge request telemetry", PURGE_TELEMETRY, purgeLimit, retentionHours);
    removed += database.transaction("forget members", tx -> MembershipSql.forget(tx.connection()));
    while (alerts.reseal() > 0) {
      LOG.info("secrets of alert routes were sealed again with the newest key");
    }
    return removed;
  }

  private int repeat(String name, String sql, int limit, Integer hours) {
    int total = 0;
    int removed;
    do {
      removed =
          database.transaction(
              name,
              tx -> {
                try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
                  statement.setInt(1, limit);
                  if (hours != null) {
                    statement.setInt(2, hours);
                  }
                  return statement.executeUpdate();
                }
              });
      total += removed;
    } while (removed == limit);
    return total;
  }
}
