package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** None lost, none twice, whatever happens to the workers. */
class ExactlyOnceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int WORKERS = 6;
  private static final int KILLS = 6;
  private static TestDatabase database;

  @BeforeAll
  static void openDatabase() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void closeDatabase() {
    database.close();
  }

  @Test
  void workersThatStallBeyondTheirLeasesLoseNothingAndRepeatNothing() {
    Havoc.Tally tally = drainWithThreads(SettleSql.SETTLE, 5_000);

    assertThat(tally.lost()).isZero();
    assertThat(tally.repeated()).isZero();
    assertThat(tally.once()).isGreaterThan(4_900);
  }

  @Test
  void theSameRunWithoutTheFenceRepeatsEffects() {
    String unfenced = SettleSql.SETTLE.replace(SettleSql.FENCE, "");
    assertThat(unfenced).doesNotContain("fence = r.fence").isNotEqualTo(SettleSql.SETTLE);

    Havoc.Tally tally = drainWithThreads(unfenced, 5_000);

    assertThat(tally.repeated()).isPositive();
  }

  @Test
  void processesKilledInTheMiddleOfTheirWorkLoseNothingAndRepeatNothing() {
    Bench bench = Havoc.bench(database.dataSource());
    Havoc.store(bench, 4_000);
    List<Process> workers = new ArrayList<>();
    AtomicInteger kills = new AtomicInteger();
    try {
      while (workers.size() < 3) {
        workers.add(startWorker());
      }
      Havoc.awaitDrained(
          bench,
          PATIENCE,
          () -> {
            pause(ThreadLocalRandom.current().nextInt(20, 60));
            Process victim = workers.getFirst();
            if (kills.get() < KILLS && holdsEvents(bench, victim)) {
              victim.destroyForcibly();
              kills.incrementAndGet();
              workers.removeFirst();
              workers.add(startWorker());
            }
          });
    } finally {
      workers.forEach(Process::destroyForcibly);
    }

    Havoc.Tally tally = Havoc.tally(bench);
    assertThat(kills.get()).isEqualTo(KILLS);
    assertThat(bench.number("select count(*) from memory_outbox where attempts > 1")).isPositive();
    assertThat(tally.lost()).isZero();
    assertThat(tally.repeated()).isZero();
  }

  /** A process that is killed while it holds events is killed in the middle of its work. */
  private static boolean holdsEvents(Bench bench, Process worker) {
    return bench.number(
            "select count(*) from memory_outbox where starts_with(claimed_by, '%d/')"
                .formatted(worker.pid()))
        > 0;
  }

  private static Havoc.Tally drainWithThreads(String settle, int events) {
    Bench bench = Havoc.bench(database.dataSource());
    bench.settle = settle;
    Havoc.store(bench, events);
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    DrainContext context = bench.context();
    for (int i = 0; i < WORKERS; i++) {
      String name = "thread-" + i;
      threads.add(Thread.ofPlatform().start(() -> Havoc.work(context, name, done::get)));
    }
    try {
      Havoc.awaitDrained(bench, PATIENCE, () -> pause(100));
      // Whoever stalls now still has to come back and be refused.
      pause(1_000);
    } finally {
      done.set(true);
      threads.forEach(ExactlyOnceTest::join);
    }
    return Havoc.tally(bench);
  }

  private static Process startWorker() {
    try {
      return WorkerProcess.start(database.jdbcUrl(), database.user(), database.password());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
