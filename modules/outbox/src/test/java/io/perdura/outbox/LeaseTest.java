package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
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
    bench = new Bench(database.dataSource()).with(Bench.counting("embed_nodes"));
  }

  @Test
  void aClaimedEventIsNobodyElsesUntilItsLeaseEnds() throws InterruptedException {
    bench.store("s", "embed_nodes");
    try (OutboxWorker first = bench.worker("w/1/00");
        OutboxWorker second = bench.worker("w/2/00")) {
      assertThat(first.claim(Duration.ZERO)).hasSize(1);
      assertThat(second.claim(Duration.ZERO)).isEmpty();

      bench.letTimePass();
      assertThat(second.claim(Duration.ZERO)).hasSize(1);
    }
  }

  @Test
  void aWorkerThatLostItsLeaseChangesNothing() throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    OutboxWorker slow = bench.worker("w/1/00");
    List<ClaimedEvent> lost = slow.claim(Duration.ZERO);
    bench.letTimePass();
    OutboxWorker next = bench.worker("w/2/00");
    List<ClaimedEvent> held = next.claim(Duration.ZERO);

    slow.process(lost);
    assertThat(bench.effects(id)).isZero();
    assertThat(bench.row(id))
        .containsEntry("published_at", null)
        .containsEntry("claimed_by", "w/2/00");

    next.process(held);
    assertThat(bench.effects(id)).isOne();
    slow.process(lost);
    assertThat(bench.effects(id)).isOne();
  }

  /** A hung execution and the one that follows it have workers of the same name. */
  @Test
  void anOldClaimStoresNothingThoughAWorkerOfItsNameHoldsTheEventAgain()
      throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    OutboxWorker hung = bench.worker("w/1/00");
    List<ClaimedEvent> lost = hung.claim(Duration.ZERO);
    bench.letTimePass();
    OutboxWorker next = bench.worker("w/1/00");
    List<ClaimedEvent> held = next.claim(Duration.ZERO);

    hung.process(lost);
    assertThat(bench.effects(id)).isZero();
    assertThat(bench.row(id)).containsEntry("published_at", null);

    next.process(held);
    assertThat(bench.effects(id)).isOne();
  }

  @Test
  void anExpiredLeaseThatNobodyTookStillCounts() throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    OutboxWorker worker = bench.worker("w/1/00");
    List<ClaimedEvent> events = worker.claim(Duration.ZERO);
    bench.execute("update memory_outbox set lease_until = now(), available_at = now()");

    worker.process(events);

    assertThat(bench.effects(id)).isOne();
    assertThat(bench.row(id).get("published_at")).isNotNull();
  }

  @Test
  void oneLostEventRollsItsBatchBackAndTheOthersAreFreeAtOnce() throws InterruptedException {
    List<Long> ids = bench.store("s", "embed_nodes", 5);
    OutboxWorker worker = bench.worker("w/1/00");
    List<ClaimedEvent> events = worker.claim(Duration.ZERO);
    bench.execute("delete from memory_outbox where id = " + ids.get(2));

    worker.process(events);
    assertThat(bench.number("select count(*) from effects")).isZero();
    assertThat(
            bench.number(
                "select count(*) from memory_outbox where attempts = 0 and claimed_by is null"))
        .isEqualTo(4);

    bench.drain(worker);
    assertThat(bench.longs("select event_id from effects order by 1"))
        .containsExactly(ids.get(0), ids.get(1), ids.get(3), ids.get(4));
  }

  @Test
  void whatIsHeldIsRenewed() throws InterruptedException {
    bench.with("OUTBOX_CLAIM_TIMEOUT_MS", 300);
    long id = bench.store("s", "embed_nodes");
    DrainContext context = bench.context();
    try (OutboxWorker worker = new OutboxWorker(context, "w/1/00", () -> false);
        OutboxWorker other = bench.worker("w/2/00")) {
      assertThat(worker.claim(Duration.ZERO)).hasSize(1);
      for (int i = 0; i < 5; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
        context.leases().renew(context.store(), context.leaseMillis());
      }
      assertThat(other.claim(Duration.ZERO)).isEmpty();
    }
    assertThat(bench.row(id)).containsEntry("claimed_by", null);
  }

  @Test
  void aBatchThatHangsIsNoLongerRenewed() throws InterruptedException {
    bench.with("OUTBOX_CLAIM_TIMEOUT_MS", 100);
    bench.leases = new Leases(Duration.ZERO);
    bench.store("s", "embed_nodes");
    DrainContext context = bench.context();
    OutboxWorker hanging = new OutboxWorker(context, "w/1/00", () -> false);
    assertThat(hanging.claim(Duration.ZERO)).hasSize(1);
    TimeUnit.MILLISECONDS.sleep(120);
    context.leases().renew(context.store(), context.leaseMillis());

    assertThat(bench.worker("w/2/00").claim(Duration.ZERO)).hasSize(1);
  }

  @Test
  void aClosedWorkerGivesBackAtOnce() throws InterruptedException {
    bench.store("s", "embed_nodes", 3);
    OutboxWorker leaving = bench.worker("w/1/00");
    assertThat(leaving.claim(Duration.ZERO)).hasSize(3);
    leaving.close();

    assertThat(bench.worker("w/2/00").claim(Duration.ZERO)).hasSize(3);
  }

  @Test
  void givingBackCostsNoAttempt() throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    OutboxWorker worker = bench.worker("w/1/00");
    worker.giveBack(worker.claim(Duration.ZERO));

    assertThat(bench.row(id)).containsEntry("attempts", "0").containsEntry("claimed_by", null);
    assertThat(worker.claim(Duration.ZERO)).hasSize(1);
  }

  @Test
  void theClaimsOfADeadIncarnationAreFreedAndThoseOfTheLivingAreNot() throws InterruptedException {
    bench.with("OUTBOX_BATCH_SIZE", 1);
    bench.store("s", "embed_nodes", 3);
    bench.worker("node-1/old/00").claim(Duration.ZERO);
    bench.worker("node-1/new/00").claim(Duration.ZERO);
    bench.worker("node-10/x/00").claim(Duration.ZERO);

    assertThat(bench.context().store().release("node-1/", "node-1/new/")).isOne();

    assertThat(bench.longs("select count(*) from memory_outbox where claimed_by is null"))
        .containsExactly(1L);
  }

  @Test
  void anEventWhoseWorkerDiedOnTheLastAttemptIsADeadLetter() throws InterruptedException {
    bench.with("OUTBOX_MAX_ATTEMPTS", 1);
    long id = bench.store("s", "embed_nodes");
    bench.worker("w/1/00").claim(Duration.ZERO);
    bench.letTimePass();

    assertThat(bench.worker("w/2/00").claim(Duration.ZERO)).isEmpty();
    assertThat(bench.row(id))
        .containsEntry("attempts", "1")
        .containsEntry("failed_reason", "max_attempts_exceeded")
        .containsEntry("failure_class", "lease_expired");
  }

  @Test
  void aLastAttemptInFlightIsNotSwept() throws InterruptedException {
    bench.with("OUTBOX_MAX_ATTEMPTS", 1);
    long id = bench.store("s", "embed_nodes");
    OutboxWorker working = bench.worker("w/1/00");
    List<ClaimedEvent> last = working.claim(Duration.ZERO);

    assertThat(bench.worker("w/2/00").claim(Duration.ZERO)).isEmpty();
    working.process(last);

    assertThat(bench.row(id)).containsEntry("failed_at", null);
    assertThat(bench.row(id).get("published_at")).isNotNull();
    assertThat(bench.effects(id)).isOne();
  }
}
