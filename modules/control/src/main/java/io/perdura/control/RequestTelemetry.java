package io.perdura.control;

import io.perdura.kernel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rows of memory_request_telemetry, written together off the request's path.
 *
 * <p>Best effort: samples are lost when the process dies within half a second, when the database is
 * away, or when more arrive than the queue holds ({@link #dropped()} counts the last two).
 */
@ApplicationScoped
public class RequestTelemetry {
  private static final Logger LOG = Logger.getLogger(RequestTelemetry.class.getName());
  private static final int QUEUE = 10_000;
  private static final int ROWS_PER_STATEMENT = 1_000;
  private static final long INTERVAL_MS = 500;
  private static final int PATIENCE_SECONDS = 2;

  private static final String INSERT =
      """
      insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, request_id, api_key_prefix)
      select * from unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::float8[], ?::text[], ?::text[])
      """;

  private final Database database;
  private final BlockingQueue<RequestSample> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LongAdder dropped = new LongAdder();
  private Future<?> task;

  /** For the container's proxy. */
  protected RequestTelemetry() {
    this.database = null;
  }

  @Inject
  public RequestTelemetry(Database database) {
    this.database = database;
  }

  /** Takes a sample; never blocks and never fails. */
  public void add(RequestSample sample) {
    if (!queue.offer(sample)) {
      dropped.increment();
    }
  }

  /** Samples that were lost so far. */
  public long dropped() {
    return dropped.sum();
  }

  /** Starts writing every half second. */
  public synchronized void start(ScheduledExecutorService executor) {
    task =
        executor.scheduleWithFixedDelay(
            this::flush, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  /** Writes what is left and stops. */
  public synchronized void stop() {
    if (task != null) {
      task.cancel(false);
      task = null;
      flush();
    }
  }

  /** Writes all waiting samples; never throws. */
  synchronized void flush() {
    List<RequestSample> batch = new ArrayList<>(ROWS_PER_STATEMENT);
    while (queue.drainTo(batch, ROWS_PER_STATEMENT) > 0) {
      try (Connection connection = database.dataSource().getConnection()) {
        insert(connection, batch);
      } catch (SQLException | RuntimeException e) {
        dropped.add(batch.size());
        LOG.log(Level.FINE, "request telemetry lost: the database is not there", e);
      }
      batch.clear();
    }
  }

  private static void insert(Connection connection, List<RequestSample> batch) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setQueryTimeout(PATIENCE_SECONDS);
      statement.setArray(1, array(connection, "text", batch, RequestSample::tenantId));
      statement.setArray(2, array(connection, "text", batch, RequestSample::scope));
      statement.setArray(3, array(connection, "text", batch, RequestSample::endpoint));
      statement.setArray(4, array(connection, "int4", batch, RequestSample::statusCode));
      statement.setArray(5, array(connection, "float8", batch, RequestSample::latencyMs));
      statement.setArray(6, array(connection, "text", batch, RequestSample::requestId));
      statement.setArray(7, array(connection, "text", batch, RequestSample::apiKeyPrefix));
      statement.executeUpdate();
    }
  }

  private static Array array(
      Connection connection,
      String type,
      List<RequestSample> batch,
      Function<RequestSample, Object> column)
      throws SQLException {
    return connection.createArrayOf(type, batch.stream().map(column).toArray());
  }
}
