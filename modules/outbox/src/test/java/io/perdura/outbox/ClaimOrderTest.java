package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClaimOrderTest {
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
    bench = new Bench(database.dataSource()).with("OUTBOX_BATCH_SIZE", 20);
  }

  /** Stores many events of one scope in one statement. */
  private void flood(String scope, String eventType, int count) {
    bench.execute(
        "insert into memory_outbox (scope, commit_id, event_type) select '%s', '%s', '%s' from generate_series(1, %d)"
            .formatted(scope, bench.commit(scope), eventType, count));
  }

  private static List<String> scopes(List<ClaimedEvent> events) {
    return events.stream().map(ClaimedEvent::scope).toList();
  }

  @Test
  void embeddingsComeBeforeTopicsBeforeTheRestAndOlderBeforeYounger() throws InterruptedException {
    long other = bench.store("s", "other");
    long topic = bench.store("s", "topic_cluster");
    long first = bench.store("s", "embed_nodes");
    long second = bench.store("s", "embed_nodes");

    assertThat(bench.worker("w").claim(Duration.ZERO))
        .extracting(ClaimedEvent::id)
        .containsExactly(first, second, topic, other);
  }

  @Test
  void aFloodOfOneTenantDoesNotDelayTheOthers() throws InterruptedException {
    flood("flooder", "embed_nodes", 50_000);
    for (int i = 0; i < 10; i++) {
      bench.store("small-" + i, "embed_nodes");
    }

    List<String> scopes = scopes(bench.worker("w").claim(Duration.ZERO));

    assertThat(scopes).containsAll(List.of("small-0", "small-5", "small-9", "flooder"));
    assertThat(Set.copyOf(scopes)).hasSize(11);
  }

  @Test
  void aTenantAloneGetsTheWholeBatch() throws InterruptedException {
    flood("only", "embed_nodes", 100);
    assertThat(bench.worker("w").claim(Duration.ZERO)).hasSize(20);
  }

  @Test
  void scopesBeyondTheBatchTakeTheirTurn() throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      flood("scope-%02d".formatted(i), "embed_nodes", 5);
    }
    OutboxWorker worker = bench.worker("w");
    Set<String> served = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      served.addAll(scopes(worker.claim(Duration.ZERO)));
    }
    assertThat(served).hasSize(50);
  }

  @Test
  void scopesWithNothingDueAreSteppedOver() throws InterruptedException {
    bench.execute(
        "insert into memory_outbox (scope, commit_id, event_type, available_at) select 'a-' || i, '%s', 'embed_nodes', now() + interval '1 hour' from generate_series(1, 1200) i"
            .formatted(bench.commit("a")));
    bench.store("z", "embed_nodes");

    OutboxWorker worker = bench.worker("w");
    List<String> scopes = List.of();
    for (int i = 0; i < 4 && scopes.isEmpty(); i++) {
      scopes = scopes(worker.claim(Duration.ZERO));
    }
    assertThat(scopes).containsExactly("z");
  }

  @Test
  void aFloodOfEmbeddingsLeavesTopicsTheirTurn() throws InterruptedException {
    flood("s", "embed_nodes", 1_000);
    flood("t", "topic_cluster", 5);
    OutboxWorker worker = bench.worker("w");
    Set<String> types = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      types.addAll(
          worker.claim(Duration.ZERO).stream()
              .map(ClaimedEvent::eventType)
              .collect(Collectors.toSet()));
    }
    assertThat(types).contains("topic_cluster");
  }

  @Test
  void twoWorkersShareOneScopeWithoutOverlap() throws InterruptedException {
    flood("s", "embed_nodes", 40);
    Set<Long> ids = new HashSet<>();
    for (ClaimedEvent event : bench.worker("w1").claim(Duration.ZERO)) {
      ids.add(event.id());
    }
    for (ClaimedEvent event : bench.worker("w2").claim(Duration.ZERO)) {
      ids.add(event.id());
    }
    assertThat(ids).hasSize(40);
  }
}
