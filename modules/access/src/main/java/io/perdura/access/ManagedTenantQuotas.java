package io.perdura.access;

import io.perdura.access.Limiter.Category;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Quotas that the control plane keeps (policy-control, section 8.4), the configured ones for
 * everybody else.
 *
 * <p>All of them are held here: a request must not ask the database what it may use, and a tenant
 * that has no quota of its own could not be told from one that was not looked up yet. The database
 * renews an epoch with every change; each server asks for it in the background and reads all quotas
 * when it is another, so a change counts everywhere within {@value #POLL_MS} ms and the time of one
 * statement. While the database is away the last known quotas hold.
 */
@ApplicationScoped
public class ManagedTenantQuotas implements TenantQuotas {
  static final long POLL_MS = 700;

  private static final Logger LOG = Logger.getLogger(ManagedTenantQuotas.class.getName());
  private static final int TIMEOUT_SECONDS = 5;
  private static final int ROWS_PER_FETCH = 1_000;

  private static final String EPOCH = "select epoch from control_quota_epoch";

  /** One statement, so that quotas and epoch are of one snapshot. */
  private static final String QUOTAS =
      """
      select e.epoch, q.tenant_id, q.recall_rps, q.recall_burst, q.write_rps, q.write_burst, q.write_max_wait_ms,
             q.debug_embed_rps, q.debug_embed_burst, q.recall_text_embed_rps, q.recall_text_embed_burst,
             q.recall_text_embed_max_wait_ms
        from control_quota_epoch e left join control_tenant_quotas q on true
      """;

  private final Database database;
  private final Map<Category, Rate> configured;
  private volatile Known known = new Known("", Map.of());
  private Future<?> task;

  /** What the database said last. */
  private record Known(String epoch, Map<String, Map<Category, Rate>> quotas) {}

  /** For the container's proxy. */
  protected ManagedTenantQuotas() {
    this.database = null;
    this.configured = Map.of();
  }

  @Inject
  public ManagedTenantQuotas(Database database, Settings settings) {
    this.database = database;
    this.configured = LimitSettings.tenantRates(settings);
  }

  @Override
  public Rate of(String tenantId, Category category) {
    return known.quotas().getOrDefault(tenantId, configured).get(category);
  }

  /** Starts asking for changes. */
  public synchronized void start(ScheduledExecutorService executor) {
    task = executor.scheduleWithFixedDelay(this::look, 0, POLL_MS, TimeUnit.MILLISECONDS);
  }

  /** Stops asking. */
  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  /** Asks once; never throws. */
  void look() {
    try (Connection connection = database.dataSource().getConnection()) {
      if (!known.epoch().equals(epoch(connection))) {
        known = read(connection);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.FINE, "tenant quotas could not be asked for; the last known ones hold", e);
    }
  }

  private static String epoch(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EPOCH)) {
      statement.setQueryTimeout(TIMEOUT_SECONDS);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  private static Known read(Connection connection) throws SQLException {
    Map<String, Map<Category, Rate>> quotas = new HashMap<>();
    String epoch = "";
    try (PreparedStatement statement = connection.prepareStatement(QUOTAS)) {
      statement.setQueryTimeout(TIMEOUT_SECONDS);
      statement.setFetchSize(ROWS_PER_FETCH);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          epoch = row.getString("epoch");
          String tenant = row.getString("tenant_id");
          if (tenant != null) {
            quotas.put(tenant, rates(row));
          }
        }
      }
    }
    return new Known(epoch, quotas);
  }

  private static Map<Category, Rate> rates(ResultSet row) throws SQLException {
    Map<Category, Rate> rates = new EnumMap<>(Category.class);
    rates.put(Category.RECALL, rate(row, "recall", 0));
    rates.put(Category.WRITE, rate(row, "write", row.getInt("write_max_wait_ms")));
    rates.put(Category.DEBUG_EMBEDDINGS, rate(row, "debug_embed", 0));
    int wait = row.getInt("recall_text_embed_max_wait_ms");
    rates.put(Category.RECALL_TEXT_EMBED, rate(row, "recall_text_embed", wait));
    return rates;
  }

  private static Rate rate(ResultSet row, String name, int maxWaitMs) throws SQLException {
    return new Rate(row.getDouble(name + "_rps"), row.getInt(name + "_burst"), maxWaitMs);
  }
}
