package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WakeUpTest {
  private static final ThreadFactory THREADS = Thread.ofPlatform().daemon().factory();
  private static TestDatabase database;
  private Bench bench;
  private Wakeups elsewhere;
  private Announcer announcer;
  private Loop listener;

  @BeforeAll
  static void openDatabase() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void closeDatabase() {
    database.close();
  }

  @BeforeEach
  void setUp() {
    bench = new Bench(database.dataSource());
    announcer = new Announcer(bench.database, bench.wakeups);
    announcer.start(THREADS);
    elsewhere = new Wakeups();
    listener =
        Loop.start(
            THREADS,
            "listening",
            new WorkListener(database.dataSource(), elsewhere.work(), "another server"));
    awaitListeners(1);
  }

  @AfterEach
  void stop() {
    listener.stop();
    announcer.stop();
  }

  private void awaitListeners(int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (listeners().size() != count && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    assertThat(listeners()).hasSize(count);
  }

  private List<Long> listeners() {
    return bench.longs(
        "select pid from pg_stat_activity where datname = current_database() and query = 'listen perdura_outbox'");
  }

  @Test
  void aCommitWakesTheWorkersOfOtherServers() throws InterruptedException {
    long seen = elsewhere.work().seen();
    bench.store("s", "embed_nodes");
    assertThat(elsewhere.work().awaitAfter(seen, Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void manyCommitsAreAnnouncedTogether() throws InterruptedException {
    long seen = elsewhere.work().seen();
    for (int i = 0; i < 500; i++) {
      bench.outbox.wakeUp();
    }
    assertThat(elsewhere.work().awaitAfter(seen, Duration.ofSeconds(5))).isTrue();
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(elsewhere.work().seen() - seen).isBetween(1L, 3L);
  }

  @Test
  void aServerDoesNotWakeItself() throws InterruptedException {
    Wakeups own = new Wakeups();
    Loop ear =
        Loop.start(
            THREADS,
            "own ear",
            new WorkListener(database.dataSource(), own.work(), announcer.sender()));
    try {
      awaitListeners(2);
      TimeUnit.MILLISECONDS.sleep(100);
      long seen = own.work().seen();
      bench.outbox.wakeUp();
      assertThat(own.work().awaitAfter(seen, Duration.ofMillis(1_500))).isFalse();
    } finally {
      ear.stop();
    }
  }

  @Test
  void aLostConnectionIsOpenedAnewAndTheGapIsMadeUpFor() throws InterruptedException {
    long before = listeners().getFirst();
    long seen = elsewhere.work().seen();
    bench.execute("select pg_terminate_backend(" + before + ")");

    assertThat(elsewhere.work().awaitAfter(seen, Duration.ofSeconds(10))).isTrue();
    awaitListeners(1);
    assertThat(listeners().getFirst()).isNotEqualTo(before);
    seen = elsewhere.work().seen();
    bench.store("s", "embed_nodes");
    assertThat(elsewhere.work().awaitAfter(seen, Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void anIdleWorkerStartsWithinMillisecondsOfACommitHere() throws Exception {
    bench.with("OUTBOX_POLL_INTERVAL_MS", 60_000);
    OutboxWorker worker = bench.worker("w/1/00");
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              sleep(300);
              bench.store("s", "embed_nodes");
            });
    long began = System.nanoTime();

    assertThat(worker.claim(Duration.ofSeconds(30))).hasSize(1);
    assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
    writer.join();
  }

  @Test
  void withoutAnySignalTheWorkIsFoundByPolling() throws InterruptedException {
    bench.with("OUTBOX_POLL_INTERVAL_MS", 200);
    Bench silent = new Bench(database.dataSource());
    OutboxWorker worker = bench.worker("w/1/00");
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              sleep(300);
              silent.store("s", "embed_nodes");
            });
    assertThat(worker.claim(Duration.ofSeconds(30))).hasSize(1);
    writer.join();
  }

  @Test
  void aWorkerToldToStopReturnsSoonWithNothing() throws InterruptedException {
    bench.with("OUTBOX_POLL_INTERVAL_MS", 60_000);
    long stopAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
    OutboxWorker worker =
        new OutboxWorker(bench.context(), "w/1/00", () -> System.nanoTime() - stopAt > 0);
    assertThat(worker.claim(Duration.ofMinutes(5))).isEmpty();
    assertThat(System.nanoTime() - stopAt).isLessThan(TimeUnit.SECONDS.toNanos(5));
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
