package io.perdura.audit;

import io.perdura.kernel.Database;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Links rows that have been committed, in the order of their arrival, on one server of the cluster
 * at a time.
 *
 * <p>Whoever holds the lease row links. Each change of holder raises the fence, and the statement
 * that links does nothing under an old fence: a holder that was stopped in the middle and goes on
 * later can neither link a row twice nor fork a chain. When the holder dies another one takes over
 * after {@value #LEASE_MS} ms.
 */
final class Sequencer {
  static final int LEASE_MS = 1_500;

  private static final int BATCH = 2_000;
  private static final long RENEW_NANOS = 400_000_000L;
  private static final long LOOK_NANOS = 5_000_000_000L;

  private final Database database;
  private final String holder;
  private final AtomicLong linked = new AtomicLong();
  private final AtomicLong fenced = new AtomicLong();
  private long fence;
  private long renewedAt;
  private long lookedAt = System.nanoTime() - LOOK_NANOS;
  private volatile double lagSeconds;
  private volatile boolean holding;

  /**
   * @param holder names this process, differently from every other
   */
  Sequencer(Database database, String holder) {
    this.database = database;
    this.holder = holder;
  }

  /** Rows that this process linked. */
  long linked() {
    return linked.get();
  }

  /** Times that this process found that another one had taken its place. */
  long fenced() {
    return fenced.get();
  }

  /** Age of the oldest row when it was linked last, or of the oldest that waits. */
  double lagSeconds() {
    return lagSeconds;
  }

  boolean isHolding() {
    return holding;
  }

  /** Links all that waits, if this process is the one to do it; returns how many rows. */
  synchronized int run() {
    int total = 0;
    int rows;
    do {
      rows = mayLink() ? link(waiting()) : 0;
      total += rows;
    } while (rows == BATCH);
    return total;
  }

  /** Gives the lease back, so that another process need not wait for it to end. */
  synchronized void stop() {
    if (fence > 0) {
      database.statement(
          "release sequencer", connection -> SequencerSql.release(connection, holder, fence));
      lost();
    }
  }

  private boolean mayLink() {
    long now = System.nanoTime();
    if (fence == 0) {
      fence =
          database.statement("take sequencer", connection -> SequencerSql.take(connection, holder));
      renewedAt = now;
      holding = fence > 0;
      if (!holding) {
        look(now);
      }
    } else if (now - renewedAt >= RENEW_NANOS) {
      long mine = fence;
      boolean ours =
          database.statement(
              "renew sequencer", connection -> SequencerSql.renew(connection, holder, mine));
      renewedAt = now;
      if (!ours) {
        fenced.incrementAndGet();
        lost();
      }
    }
    return fence > 0;
  }

  private void lost() {
    fence = 0;
    holding = false;
  }

  /** Somebody must notice when nobody links. */
  private void look(long now) {
    if (now - lookedAt >= LOOK_NANOS) {
      lookedAt = now;
      lagSeconds = database.read("audit lag", SequencerSql::oldestSeconds);
    }
  }

  /** Rows to link; a step of its own for tests that stop between it and the next one. */
  List<SequencerSql.Waiting> waiting() {
    List<SequencerSql.Waiting> rows =
        database.transaction(
            "read audit inbox", tx -> SequencerSql.waiting(tx.connection(), BATCH));
    lagSeconds = rows.isEmpty() ? 0 : rows.getFirst().ageSeconds();
    return rows;
  }

  /** Links what {@link #waiting} found; 0 when another process has taken over meanwhile. */
  int link(List<SequencerSql.Waiting> rows) {
    if (rows.isEmpty()) {
      return 0;
    }
    Links links = Links.of(rows);
    SequencerSql.Linked done =
        database.transaction(
            "link audit rows",
            tx -> {
              SequencerSql.Linked result = SequencerSql.link(tx.connection(), holder, fence, links);
              if (result.leased() && result.rows() != links.size()) {
                // Rolled back: a hole in the numbers would be a broken chain.
                throw new SQLException(
                    "of " + links.size() + " audit rows " + result.rows() + " were still there",
                    "P0001");
              }
              return result;
            });
    if (!done.leased()) {
      fenced.incrementAndGet();
      lost();
      return 0;
    }
    renewedAt = System.nanoTime();
    linked.addAndGet(links.size());
    return links.size();
  }
}
