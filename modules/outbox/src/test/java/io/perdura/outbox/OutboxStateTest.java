package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.perdura.schema.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxStateTest {
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
    bench = new Bench(database.dataSource());
  }

  @Test
  void everyEventIsCountedOnceByItsState() throws InterruptedException {
    bench.with("OUTBOX_BATCH_SIZE", 1);
    bench.with(
        Bench.handler(
            "embed_nodes",
            events ->
                tx ->
                    events.stream()
                        .<EventOutcome>map(event ->
                            switch (event.payload().get("n").intValue()) {
                              case 0 -> new EventOutcome.Done();
                              case 1 -> new EventOutcome.Dead(FailureClass.BAD_DATA, "no");
                              default -> new EventOutcome.Retry(FailureClass.UNKNOWN, "later");
                            })
                        .toList()));
    bench.store("s", "embed_nodes", 3);
    bench.drain();
    bench.store("s", "topic_cluster", 2);
    bench.execute("update memory_outbox set created_at = now() - interval '1 minute'");
    bench.worker("w/1/00").claim(Duration.ZERO);

    OutboxState state = OutboxState.read(bench.database, "s");

    assertThat(state.types())
        .extracting(
            OutboxState.Type::eventType,
            OutboxState.Type::pending,
            OutboxState.Type::retrying,
            OutboxState.Type::inFlight,
            OutboxState.Type::dead)
        .containsExactly(
            tuple("embed_nodes", 1L, 1L, 0L, 1L), tuple("topic_cluster", 2L, 1L, 1L, 0L));
    assertThat(state.totals().pending()).isEqualTo(3);
    assertThat(state.totals().oldestPendingSeconds()).isBetween(59.0, 75.0);
    assertThat(OutboxState.read(bench.database, null).totals().dead()).isOne();
    assertThat(OutboxState.read(bench.database, "elsewhere").types()).isEmpty();
  }

  @Test
  void onlyOldPublishedEventsArePurged() throws InterruptedException {
    bench.with(Bench.counting("embed_nodes"));
    bench.store("s", "embed_nodes", 6_000);
    bench.with("OUTBOX_BATCH_SIZE", 200);
    bench.drain();
    long open = bench.store("s", "topic_cluster");
    bench.execute(
        "update memory_outbox set created_at = now() - interval '40 days', published_at = case when event_type = 'embed_nodes' then now() - interval '39 days' end");
    long young = bench.store("s", "embed_nodes");
    bench.drain();

    assertThat(new OutboxPurge(bench.database, 0).run()).isZero();
    assertThat(new OutboxPurge(bench.database, 30).run()).isEqualTo(6_000);
    assertThat(bench.longs("select id from memory_outbox order by id"))
        .containsExactly(open, young);
  }
}
