package io.perdura.recall;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Who recalled what and what came of it, written off the request's path: rows wait in a bounded
 * queue and go to the database together.
 *
 * <p>Best effort by contract: a row is lost when the process dies before it was written (at most
 * half a second's worth), when the database refuses it, or when the queue is full; the last two are
 * counted.
 */
@ApplicationScoped
public class RecallAudit {
  private static final Logger LOG = Logger.getLogger(RecallAudit.class.getName());
  private static final int BATCH = 200;
  private static final long LONGEST_WAIT_MS = 500;

  private static final String INSERT =
      """
      insert into memory_recall_audit (scope, endpoint, consumer_agent_id, consumer_team_id,
        query_sha256, seed_count, node_count, edge_count, created_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private final Database database;
  private final Clock clock;
  private final RecallMeter meter;
  private final BlockingQueue<Row> queue;
  private volatile boolean stopping;
  private Thread writer;

  private record Row(
      String scope,
      String endpoint,
      Viewer viewer,
      Supplier<String> querySha256,
      int[] counts,
      Instant at) {}

  @Inject
  RecallAudit(Database database, Settings settings, Clock clock, RecallMeter meter) {
    this.database = database;
    this.clock = clock;
    this.meter = meter;
    this.queue = new LinkedBlockingQueue<>(settings.get(RecallSettings.PERDURA_RECALL_AUDIT_QUEUE));
  }

  /** For the container's proxy. */
  protected RecallAudit() {
    this.database = null;
    this.clock = null;
    this.meter = RecallMeter.NONE;
    this.queue = new LinkedBlockingQueue<>(1);
  }

  @PostConstruct
  void start() {
    writer = Thread.ofPlatform().name("recall-audit").daemon().start(this::run);
    meter.gauge("audit_queue", "Recall audit rows that wait to be written", queue::size);
  }

  /** Takes note of a recall; never waits. */
  void record(RecallRequest request, Outcome outcome, Supplier<String> querySha256) {
    int[] counts = {
      outcome.seeds.size(), outcome.subgraph.nodes().size(), outcome.subgraph.edges().size()
    };
    Row row =
        new Row(
            request.scope.key(),
            request.kind.label(),
            request.viewer,
            querySha256,
            counts,
            clock.instant());
    if (!queue.offer(row)) {
      meter.count("audit_dropped", 1);
    }
  }

  private void run() {
    while (!stopping) {
      try {
        Row first = queue.poll(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS);
        if (first != null) {
          write(gather(first));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Waits for more until the batch is full or half a second has passed since the first. */
  private List<Row> gather(Row first) throws InterruptedException {
    List<Row> batch = new ArrayList<>(BATCH);
    batch.add(first);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MS);
    while (batch.size() < BATCH && !stopping) {
      queue.drainTo(batch, BATCH - batch.size());
      Row next =
          batch.size() < BATCH ? queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS) : null;
      if (next == null) {
        break;
      }
      batch.add(next);
    }
    return batch;
  }

  /** Writes whatever waits, now; for shutdown and tests. */
  void flush() {
    List<Row> batch = new ArrayList<>();
    queue.drainTo(batch);
    if (!batch.isEmpty()) {
      write(batch);
    }
  }

  private void write(List<Row> batch) {
    try {
      database.transaction(
          "recall audit",
          tx -> {
            insert(tx.connection(), batch);
            return null;
          });
      meter.count("audit_written", batch.size());
    } catch (ApiException | IllegalStateException e) {
      meter.count("audit_dropped", batch.size());
      LOG.log(Level.WARNING, batch.size() + " rows of the recall audit could not be written", e);
    }
  }

  private static void insert(Connection connection, List<Row> batch) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (Row row : batch) {
        insert.setString(1, row.scope);
        insert.setString(2, row.endpoint);
        insert.setString(3, row.viewer.agentId());
        insert.setString(4, row.viewer.teamId());
        insert.setString(5, row.querySha256.get());
        insert.setInt(6, row.counts[0]);
        insert.setInt(7, row.counts[1]);
        insert.setInt(8, row.counts[2]);
        insert.setObject(9, row.at.atOffset(ZoneOffset.UTC));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  @PreDestroy
  void stop() throws InterruptedException {
    stopping = true;
    if (writer != null) {
      writer.join(TimeUnit.SECONDS.toMillis(2));
    }
    flush();
  }
}
