package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims at the same time: nobody gets what another got, and nobody waits for another. */
class ClaimRaceTest {
  private static final int WORKERS = 6;

  /** The last batch is not full: room for events that somebody holds. */
  private static final int EVENTS = 1_210;

  private static TestDatabase database;
  private Bench bench;

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
    bench =
        new Bench(database.dataSource())
            .with("OUTBOX_BATCH_SIZE", 25)
            .with(Bench.counting("embed_nodes"));
  }

  @Test
  void noEventIsClaimedTwiceUnderOneLease() throws Exception {
    bench.store("s", "embed_nodes", EVENTS);
    List<Callable<List<Long>>> claims = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      OutboxWorker worker = bench.worker("w/" + i + "/00");
      claims.add(() -> claimAll(worker));
    }
    List<Long> claimed = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      for (Future<List<Long>> ids : threads.invokeAll(claims)) {
        claimed.addAll(ids.get());
      }
    }

    assertThat(claimed).hasSize(EVENTS).doesNotHaveDuplicates();
  }

  private static List<Long> claimAll(OutboxWorker worker) throws InterruptedException {
    List<Long> ids = new ArrayList<>();
    int empty = 0;
    // A claim that meets only rows that others are taking brings nothing although there is more.
    while (empty < 3) {
      List<ClaimedEvent> events = worker.claim(Duration.ofMillis(50));
      events.forEach(event -> ids.add(event.id()));
      empty = events.isEmpty() ? empty + 1 : 0;
    }
    return ids;
  }

  @Test
  void claimStepsAroundWhatAnotherIsTaking() throws Exception {
    List<Long> ids = bench.store("s", "embed_nodes", 40);
    // The lock is given back before the thread is waited for.
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        Connection other = database.dataSource().getConnection();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("select 1 from memory_outbox where id <= " + ids.get(9) + " for update");

      Future<List<ClaimedEvent>> claim =
          thread.submit(() -> bench.worker("w/1/00").claim(Duration.ZERO));
      List<ClaimedEvent> events = claim.get(30, TimeUnit.SECONDS);

      assertThat(events)
          .extracting(ClaimedEvent::id)
          .containsExactlyElementsOf(ids.subList(10, 35));
    }
  }
}
