package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
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
  void aStoredEventIsHandledOnceAndPublished() throws InterruptedException {
    bench.with(Bench.counting("embed_nodes"));
    long id = bench.store("s", "embed_nodes");

    assertThat(bench.drain()).isOne();
    assertThat(bench.drain()).isZero();

    assertThat(bench.effects(id)).isOne();
    Map<String, String> row = bench.row(id);
    assertThat(row.get("published_at")).isNotNull();
    assertThat(row).containsEntry("attempts", "1").containsEntry("claimed_by", null);
  }

  @Test
  void anUnknownTypeIsPublishedWithANote() throws InterruptedException {
    long id = bench.store("s", "from_the_future");

    bench.drain();

    assertThat(bench.row(id).get("published_at")).isNotNull();
    assertThat(bench.payload(id))
        .isEqualTo(
            Jsons.object().put("n", 0).put("skipped", true).put("reason", "unknown_event_type"));
  }

  @Test
  void keysOfTheOutcomeAreWrittenOverThePayload() throws InterruptedException {
    bench.with(
        Bench.handler(
            "embed_nodes",
            events ->
                tx -> List.of(new EventOutcome.Done(Jsons.object().put("n", 7).put("b", true)))));
    long id = bench.store("s", "embed_nodes");

    bench.drain();

    assertThat(bench.payload(id)).isEqualTo(Jsons.object().put("n", 7).put("b", true));
  }

  @Test
  void aRetryPausesAndKeepsItsErrorAndItsNotes() throws InterruptedException {
    bench.with(
        Bench.handler(
            "embed_nodes",
            events ->
                tx ->
                    List.of(
                        new EventOutcome.Retry(
                            FailureClass.THROTTLED,
                            "429",
                            Duration.ofSeconds(90),
                            Jsons.object().put("try", events.getFirst().attempts())))));
    long id = bench.store("s", "embed_nodes");

    bench.drain();

    Map<String, String> row = bench.row(id);
    assertThat(row)
        .containsEntry("failure_class", "throttled")
        .containsEntry("last_error", "429")
        .containsEntry("attempts", "1")
        .containsEntry("claimed_by", null)
        .containsEntry("published_at", null)
        .containsEntry("failed_at", null);
    assertThat(bench.payload(id).get("try").intValue()).isOne();
    long pause =
        bench.number(
            "select round(extract(epoch from available_at - now())) from memory_outbox where id = "
                + id);
    assertThat(pause).isBetween(85L, 90L);
  }

  @Test
  void afterASuccessNothingOfTheFailureBeforeIsLeft() throws InterruptedException {
    List<EventOutcome> outcomes =
        new ArrayList<>(
            List.of(
                new EventOutcome.Retry(FailureClass.UNAVAILABLE, "down"), new EventOutcome.Done()));
    bench.with(Bench.handler("embed_nodes", events -> tx -> List.of(outcomes.removeFirst())));
    long id = bench.store("s", "embed_nodes");

    bench.drain();
    bench.letTimePass();
    bench.drain();

    assertThat(bench.row(id))
        .containsEntry("attempts", "2")
        .containsEntry("last_error", null)
        .containsEntry("failure_class", null);
    assertThat(bench.row(id).get("published_at")).isNotNull();
  }

  @Test
  void aHandlersDeadLetterStaysWithItsReason() throws InterruptedException {
    bench.with(
        Bench.handler(
            "embed_nodes",
            events -> tx -> List.of(new EventOutcome.Dead(FailureClass.BAD_DATA, "no text"))));
    long id = bench.store("s", "embed_nodes");

    bench.drain();
    bench.letTimePass();

    assertThat(bench.drain()).isZero();
    assertThat(bench.row(id))
        .containsEntry("failed_reason", "no text")
        .containsEntry("failure_class", "bad_data");
    assertThat(bench.row(id).get("failed_at")).isNotNull();
  }

  @Test
  void usedUpAttemptsMakeADeadLetterThatKeepsTheLastError() throws InterruptedException {
    bench.with("OUTBOX_MAX_ATTEMPTS", 3);
    bench.with(
        Bench.handler(
            "embed_nodes",
            events -> tx -> List.of(new EventOutcome.Retry(FailureClass.UNAVAILABLE, "no route"))));
    long id = bench.store("s", "embed_nodes");

    for (int i = 0; i < 5; i++) {
      bench.drain();
      bench.letTimePass();
    }

    assertThat(bench.row(id))
        .containsEntry("attempts", "3")
        .containsEntry("failed_reason", "max_attempts_exceeded")
        .containsEntry("failure_class", "unavailable")
        .containsEntry("last_error", "no route");
  }

  @Test
  void anExceptionIsStoredScheduledAndReleased() throws InterruptedException {
    bench.with(
        Bench.handler(
            "embed_nodes",
            events ->
                tx -> {
                  Bench.countAll(tx.connection(), events);
                  try (Statement statement = tx.connection().createStatement()) {
                    statement.execute("select 1 / 0");
                  }
                  return List.of();
                }));
    long id = bench.store("s", "embed_nodes");

    bench.drain();

    assertThat(bench.effects(id)).isZero();
    Map<String, String> row = bench.row(id);
    assertThat(row)
        .containsEntry("failure_class", "unknown")
        .containsEntry("attempts", "1")
        .containsEntry("claimed_by", null);
    assertThat(row.get("last_error")).contains("22012").contains("division by zero");
    assertThat(bench.number("select count(*) from memory_outbox where available_at > now()"))
        .isOne();
  }

  @Test
  void onePoisonedEventDoesNotSpoilItsBatch() throws InterruptedException {
    bench.with("OUTBOX_BATCH_SIZE", 64);
    List<Long> ids = bench.store("s", "embed_nodes", 50);
    long poison = ids.get(17);
    bench.with(
        Bench.handler(
            "embed_nodes",
            events -> {
              if (events.stream().anyMatch(event -> event.id() == poison)) {
                throw new IllegalArgumentException("cannot stand it");
              }
              return tx -> Bench.countAll(tx.connection(), events);
            }));

    bench.drain();

    assertThat(bench.number("select count(distinct event_id) from effects")).isEqualTo(49);
    assertThat(bench.number("select count(*) from effects")).isEqualTo(49);
    assertThat(bench.row(poison).get("last_error")).contains("cannot stand it");
    assertThat(bench.number("select count(*) from memory_outbox where published_at is null"))
        .isOne();
  }

  @Test
  void aWrongNumberOfOutcomesIsTheHandlersFault() throws InterruptedException {
    bench.with(Bench.handler("embed_nodes", events -> tx -> List.of()));
    long id = bench.store("s", "embed_nodes");

    bench.drain();

    assertThat(bench.row(id).get("last_error")).contains("0 outcomes for 1 events");
  }

  @Test
  void anErrorWithANulCharacterIsStoredWithoutIt() throws InterruptedException {
    bench.with(
        Bench.handler(
            "embed_nodes",
            events -> tx -> List.of(new EventOutcome.Retry(FailureClass.UNKNOWN, "a\0b"))));
    long id = bench.store("s", "embed_nodes");

    bench.drain();

    assertThat(bench.row(id)).containsEntry("last_error", "a b");
  }

  @Test
  void whatAHandlerEnqueuesIsHandledToo() throws InterruptedException {
    bench.with(Bench.counting("topic_cluster"));
    bench.with(
        Bench.handler(
            "embed_nodes",
            events ->
                tx -> {
                  ClaimedEvent event = events.getFirst();
                  bench.outbox.enqueue(
                      tx,
                      List.of(
                          new OutboxEvent(
                              event.scope(), event.commitId(), "topic_cluster", Jsons.object())));
                  return List.of(new EventOutcome.Done());
                }));
    bench.store("s", "embed_nodes");

    assertThat(bench.drain()).isEqualTo(2);
    assertThat(bench.number("select count(*) from effects")).isOne();
  }
}
