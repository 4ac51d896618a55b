package io.perdura.control;

import io.perdura.kernel.Chore;
import io.perdura.kernel.Database;
import io.perdura.kernel.Purge;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Logger;

/**
 * Removes what requests leave behind: expired Idempotency-Keys, old telemetry, old deliveries of
 * alerts, rows of servers that died long ago. Seals again what an older key sealed.
 *
 * <p>Every server does it, each minute, in short statements that step around each other's rows.
 */
@ApplicationScoped
public class Housekeeping {
  private static final Logger LOG = Logger.getLogger(Housekeeping.class.getName());
  private static final int ROWS_PER_STATEMENT = 5_000;

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

  private static final String PURGE_DELIVERIES =
      """
      delete from control_alert_deliveries where id in (
        select id from control_alert_deliveries where created_at < now() - make_interval(days => ?)
         order by created_at limit ?)
      """;

  private final Database database;
  private final AlertService alerts;
  private final int retentionHours;
  private final int purgeLimit;
  private final int deliveryDays;
  private Chore chore;

  /** For the container's proxy. */
  protected Housekeeping() {
    this.database = null;
    this.alerts = null;
    this.retentionHours = 0;
    this.purgeLimit = 0;
    this.deliveryDays = 0;
  }

  @Inject
  public Housekeeping(Database database, Settings settings, AlertService alerts) {
    this.database = database;
    this.alerts = alerts;
    this.retentionHours = settings.get(ControlSettings.CONTROL_TELEMETRY_RETENTION_HOURS);
    this.purgeLimit = settings.get(ControlSettings.CONTROL_TELEMETRY_PURGE_BATCH_LIMIT);
    this.deliveryDays = settings.get(ControlSettings.PERDURA_ALERT_DELIVERIES_KEEP_DAYS);
  }

  /** Starts doing it, once a minute. */
  public synchronized void start(ScheduledExecutorService executor) {
    chore = Chore.start(executor, "housekeeping", this::run);
  }

  public synchronized void stop() {
    if (chore != null) {
      chore.stop();
    }
  }

  /** Purges everything that is due; returns how many rows went. */
  int run() {
    int removed =
        Purge.run(
            database,
            "purge idempotency keys",
            ROWS_PER_STATEMENT,
            PURGE_KEYS,
            delete -> delete.setInt(1, ROWS_PER_STATEMENT));
    removed +=
        Purge.run(
            database,
            "purge request telemetry",
            purgeLimit,
            PURGE_TELEMETRY,
            delete -> {
              delete.setInt(1, purgeLimit);
              delete.setInt(2, retentionHours);
            });
    removed += purgeDeliveries();
    removed += database.transaction("forget members", tx -> MembershipSql.forget(tx.connection()));
    while (alerts.reseal() > 0) {
      LOG.info("secrets of alert routes were sealed again with the newest key");
    }
    return removed;
  }

  private int purgeDeliveries() {
    if (deliveryDays == 0) {
      return 0;
    }
    return Purge.run(
        database,
        "purge alert deliveries",
        ROWS_PER_STATEMENT,
        PURGE_DELIVERIES,
        delete -> {
          delete.setInt(1, deliveryDays);
          delete.setInt(2, ROWS_PER_STATEMENT);
        });
  }
}
