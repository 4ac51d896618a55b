package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Deadline;
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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Who recalled what and what came of it, written off the request's path: rows wait in a bounded
 * queue and go to the database together. Old rows are removed once a minute.
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
  private static final long PURGE_INTERVAL_SECONDS = 60;
  private static final int PURGED_PER_STATEMENT = 5_000;

  /** How long one batch, one purge, and the stop may try. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final String INSERT =
      """
      insert into memory_recall_audit (scope, endpoint, consumer_agent_id, consumer_team_id,
        query_sha256, seed_count, node_count, edge_count, created_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  /**
   * Ids grow with time, so the oldest rows are found through the primary key. Several servers do
   * this at once and step around each other's rows.
   */
  private static final String PURGE =
      """
      delete from memory_recall_audit where id in (
        select id from memory_recall_audit where id in (
          select id from (select id, created_at from memory_recall_audit order by id limit ?) oldest
          where created_at < now() - make_interval(days => ?))
        order by id for update skip locked)
      """;

  private final Database database;
  private final Clock clock;
  private final RecallMeter meter;
  private final int daysKept;
  private final BlockingQueue<Row> queue;
  private volatile boolean stopping;
  private long purgeAt;
  private volatile boolean losing;
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
    this.daysKept = settings.get(RecallSettings.PERDURA_RECALL_AUDIT_DAYS);
    this.queue = new LinkedBlockingQueue<>(settings.get(RecallSettings.PERDURA_RECALL_AUDIT_QUEUE));
  }

  /** For the container's proxy. */
  protected RecallAudit() {
    this.database = null;
    this.clock = null;
    this.meter = RecallMeter.NONE;
    this.daysKept = 0;
    this.queue = new LinkedBlockingQueue<>(1);
  }

  @PostConstruct
  void start() {
    purgeAt =
        System.nanoTime()
            + ThreadLocalRandom.current()
                .nextLong(TimeUnit.SECONDS.toNanos(PURGE_INTERVAL_SECONDS));
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
        if (System.nanoTime() - purgeAt > 0) {
          purgeAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(PURGE_INTERVAL_SECONDS);
          purgeQuietly();
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
    while (!Deadline.current().remaining().isZero() && queue.drainTo(batch, BATCH) > 0) {
      write(batch);
      batch.clear();
    }
    meter.count("audit_dropped", queue.drainTo(batch));
  }

  private void write(List<Row> batch) {
    try {
      Deadline.run(
          within(PATIENCE),
          () ->
              database.transaction(
                  "recall audit",
                  tx -> {
                    insert(tx.connection(), batch);
                    return null;
                  }));
      meter.count("audit_written", batch.size());
      if (losing) {
        losing = false;
        LOG.log(Level.INFO, "the recall audit is written again");
      }
    } catch (RuntimeException e) {
      meter.count("audit_dropped", batch.size());
      // Once, and not for every batch of an outage.
      LOG.log(losing ? Level.FINE : Level.WARNING, "rows of the recall audit are being lost", e);
      losing = true;
    }
  }

  /** The patience, or what an outer deadline leaves of it. */
  private static Duration within(Duration patience) {
    Duration left = Deadline.current().remaining();
    return left.compareTo(patience) < 0 ? left : patience;
  }

  private void purgeQuietly() {
    try {
      Deadline.run(PATIENCE, () -> LOG.log(Level.FINE, "{0} old audit rows removed", purge()));
    } catch (RuntimeException e) {
      LOG.log(Level.FINE, "old audit rows are removed a minute later", e);
    }
  }

  /**
   * Removes rows older than the setting allows, a batch a transaction, until the time is up.
   *
   * @return how many
   */
  long purge() {
    long total = 0;
    int removed = PURGED_PER_STATEMENT;
    while (removed == PURGED_PER_STATEMENT
        && !stopping
        && !Deadline.current().remaining().isZero()) {
      removed =
          database.transaction(
              "purge recall audit",
              tx -> {
                try (PreparedStatement delete = tx.connection().prepareStatement(PURGE)) {
                  delete.setInt(1, PURGED_PER_STATEMENT);
                  delete.setInt(2, daysKept);
                  return delete.executeUpdate();
                }
              });
      total += removed;
    }
    return total;
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
  void stop() {
    stopping = true;
    try {
      if (writer != null) {
        writer.join(PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Deadline.run(PATIENCE, this::flush);
  }
}
