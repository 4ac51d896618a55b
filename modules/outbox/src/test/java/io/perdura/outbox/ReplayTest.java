package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static TestDatabase database;
  private Bench bench;
  private OutboxReplay replay;

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
    replay = new OutboxReplay(bench.database, bench.outbox);
  }

  private static ReplayRequest allFailed(String scope, boolean dryRun) {
    return new ReplayRequest(null, null, true, scope, 200, dryRun, false, "provider was down");
  }

  private void bury(String eventType) throws InterruptedException {
    bench.with(
        Bench.handler(
            eventType,
            events ->
                tx ->
                    events.stream()
                        .<EventOutcome>map(
                            event -> new EventOutcome.Dead(FailureClass.BAD_DATA, "no"))
                        .toList()));
    bench.drain();
    bench.with(Bench.counting(eventType));
  }

  @Test
  void aReplayedDeadLetterStartsFreshAndHeals() throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    bury("embed_nodes");

    JsonNode result = replay.replay(allFailed(null, false));

    assertThat(result.get("matched").intValue()).isOne();
    assertThat(result.get("replayed").intValue()).isOne();
    assertThat(result.at("/sample/0/id").longValue()).isEqualTo(id);
    assertThat(result.at("/sample/0/failed_at").textValue()).isNotBlank();
    assertThat(bench.row(id))
        .containsEntry("attempts", "0")
        .containsEntry("failed_at", null)
        .containsEntry("failed_reason", null)
        .containsEntry("last_error", null)
        .containsEntry("replay_reason", "provider was down");
    bench.drain();
    assertThat(bench.effects(id)).isOne();
  }

  @Test
  void aDryRunOnlyTells() throws InterruptedException {
    long id = bench.store("s", "embed_nodes");
    bury("embed_nodes");

    JsonNode result = replay.replay(allFailed("s", true));

    assertThat(result.get("matched").intValue()).isOne();
    assertThat(result.get("replayed").intValue()).isZero();
    assertThat(bench.row(id).get("failed_at")).isNotNull();
  }

  @Test
  void onlyTheAskedScopeIsReplayed() throws InterruptedException {
    long mine = bench.store("mine", "embed_nodes");
    long other = bench.store("other", "embed_nodes");
    bury("embed_nodes");

    replay.replay(allFailed("mine", false));

    assertThat(bench.row(mine)).containsEntry("failed_at", null);
    assertThat(bench.row(other).get("failed_at")).isNotNull();
  }

  @Test
  void aTypeIsReplayedWithoutTheOthersAndUpToTheLimit() throws InterruptedException {
    bench.store("s", "embed_nodes", 3);
    bury("embed_nodes");
    bench.store("s", "topic_cluster", 2);
    bury("topic_cluster");

    JsonNode result =
        replay.replay(new ReplayRequest(null, "embed_nodes", false, null, 2, false, false, "r"));

    assertThat(result.get("replayed").intValue()).isEqualTo(2);
    assertThat(result.get("limit_reached").booleanValue()).isTrue();
    assertThat(bench.number("select count(*) from memory_outbox where failed_at is null"))
        .isEqualTo(2);
  }

  @Test
  void aPublishedEventIsDoneOnceMoreOnlyWhenAskedFor() throws InterruptedException {
    bench.with(Bench.counting("embed_nodes"));
    long id = bench.store("s", "embed_nodes");
    bench.drain();

    ReplayRequest without = new ReplayRequest(id, null, false, null, 200, false, false, "r");
    assertThat(replay.replay(without).get("matched").intValue()).isZero();
    ReplayRequest with = new ReplayRequest(id, null, false, null, 200, false, true, "r");
    assertThat(replay.replay(with).get("replayed").intValue()).isOne();

    bench.drain();
    assertThat(bench.effects(id)).isEqualTo(2);
  }

  @Test
  void anEventInFlightIsLeftAloneAndAnExpiredOneIsTakenAway() throws InterruptedException {
    bench.with(Bench.counting("embed_nodes"));
    long id = bench.store("s", "embed_nodes");
    OutboxWorker worker = bench.worker("w/1/00");
    List<ClaimedEvent> claimed = worker.claim(Duration.ZERO);
    ReplayRequest request = new ReplayRequest(id, null, false, null, 200, false, false, "r");

    assertThat(replay.replay(request).get("matched").intValue()).isZero();
    bench.letTimePass();
    assertThat(replay.replay(request).get("matched").intValue()).isOne();

    worker.process(claimed);
    assertThat(bench.effects(id)).isZero();
    bench.drain();
    assertThat(bench.effects(id)).isOne();
  }

  @Test
  void aRequestNamesAllItsFaults() {
    assertThatThrownBy(() -> new ReplayRequest(1L, "t", false, null, 0, false, false, " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "exactly one of id, event-type and all-failed is required; limit must be between 1 and 1000; reason is required");
  }
}
