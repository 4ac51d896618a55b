package io.perdura.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/**
 * A run meant to go wrong: short leases that nobody renews, handlers that stall beyond them, and
 * (by whoever calls) workers that are killed. The effect is counted in the same database.
 */
final class Havoc {
  static final int LEASE_MILLIS = 300;
  private static final int STALL_MILLIS = 500;
  private static final double STALLS = 0.04;

  private Havoc() {}

  static Bench bench(DataSource dataSource) {
    return configure(new Bench(dataSource));
  }

  /** Settings and handlers alike in every process. */
  static Bench configure(Bench bench) {
    return bench
        .with("OUTBOX_CLAIM_TIMEOUT_MS", LEASE_MILLIS)
        .with("OUTBOX_MAX_ATTEMPTS", 10_000)
        .with("OUTBOX_BATCH_SIZE", 25)
        .with(counting("embed_nodes"))
        .with(counting("topic_cluster"));
  }

  private static OutboxHandler counting(String eventType) {
    return Bench.handler(
        eventType,
        events -> {
          pause(ThreadLocalRandom.current().nextDouble() < STALLS ? STALL_MILLIS : 2);
          return tx -> {
            List<EventOutcome> outcomes = Bench.countAll(tx.connection(), events);
            // Killed here, the effects are written and the outcome is not.
            pause(3);
            return outcomes;
          };
        });
  }

  /** Stores {@code count} events over forty scopes of very different size. */
  static void store(Bench bench, int count) {
    for (int scope = 0; scope < 40; scope++) {
      int share = scope == 0 ? count / 2 : count / 78;
      bench.execute(
          "insert into memory_outbox (scope, commit_id, event_type) select 'scope-%d', '%s', (array['embed_nodes', 'topic_cluster'])[1 + i %% 2] from generate_series(1, %d) i"
              .formatted(scope, bench.commit("scope-" + scope), share));
    }
  }

  /** Drains until {@code stopping}, as one thread of one process. */
  static void work(DrainContext context, String name, BooleanSupplier stopping) {
    // Not closed: what a killed worker held stays under its lease.
    @SuppressWarnings("resource")
    OutboxWorker worker = new OutboxWorker(context, name, stopping);
    try {
      while (!stopping.getAsBoolean()) {
        worker.process(worker.claim(Duration.ofMillis(200)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until every event is published. */
  static void awaitDrained(Bench bench, Duration patience, Runnable meanwhile) {
    long end = System.nanoTime() + patience.toNanos();
    while (open(bench) > 0) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(open(bench) + " events are left");
      }
      meanwhile.run();
    }
  }

  static long open(Bench bench) {
    return bench.number("select count(*) from memory_outbox where published_at is null");
  }

  /** The checker: events without an effect, with one, with more. */
  static Tally tally(Bench bench) {
    return bench.database.read("tally", Havoc::tally);
  }

  private static Tally tally(Connection connection) throws SQLException {
    String sql =
        """
        select count(*) filter (where n = 0), count(*) filter (where n = 1), count(*) filter (where n > 1)
          from (select o.id, count(e.event_id) as n
                  from memory_outbox o left join effects e on e.event_id = o.id group by o.id) x\
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        var row = statement.executeQuery()) {
      row.next();
      return new Tally(row.getLong(1), row.getLong(2), row.getLong(3));
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many events had their effect never, once and repeatedly. */
  record Tally(long lost, long once, long repeated) {}
}
