package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
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
  void theJobKeyIsTheHashOfWhatTheContractNames() {
    UUID commit = UUID.fromString("09a01768-1984-5499-8315-8542d042138f");
    ObjectNode payload = Jsons.object();
    payload.putArray("nodes").addObject().put("id", "x").put("text", "y");

    OutboxEvent event = new OutboxEvent("gold", commit, "embed_nodes", payload);

    assertThat(event.payloadSha256()).isEqualTo(CanonicalJson.sha256Hex(payload));
    assertThat(event.jobKey())
        .isEqualTo(
            CanonicalJson.sha256Hex(
                Jsons.stored(
                    "{\"commit_id\":\"%s\",\"event_type\":\"embed_nodes\",\"payloadSha\":\"%s\",\"scope\":\"gold\",\"v\":1}"
                        .formatted(commit, event.payloadSha256()))));
  }

  @Test
  void whatIsClusteredAfterwardsMakesNoOtherJob() {
    UUID commit = UUID.randomUUID();
    ObjectNode plain = Jsons.object().put("a", 1);
    ObjectNode attached = plain.deepCopy();
    attached.putArray(OutboxEvent.AFTER_EMBEDDING).add("e");

    assertThat(new OutboxEvent("s", commit, "embed_nodes", attached).jobKey())
        .isEqualTo(new OutboxEvent("s", commit, "embed_nodes", plain).jobKey());
  }

  @Test
  void anEventExistsExactlyWhenItsTransactionCommitted() {
    UUID commit = bench.commit("s");
    OutboxEvent event = new OutboxEvent("s", commit, "embed_nodes", Jsons.object());

    assertThatThrownBy(() ->
            bench.database.transaction(
                "fails",
                tx -> {
                  bench.outbox.enqueue(tx, List.of(event));
                  throw new IllegalStateException("changed my mind");
                }))
        .hasMessage("changed my mind");
    assertThat(bench.number("select count(*) from memory_outbox")).isZero();

    bench.database.transaction("works", tx -> bench.outbox.enqueue(tx, List.of(event)));
    assertThat(bench.number("select count(*) from memory_outbox")).isOne();
  }

  @Test
  void theSameEventOfOneCommitIsStoredOnce() {
    UUID commit = bench.commit("s");
    OutboxEvent event = new OutboxEvent("s", commit, "embed_nodes", Jsons.object().put("a", 1));
    OutboxEvent other = new OutboxEvent("s", commit, "embed_nodes", Jsons.object().put("a", 2));

    int first = bench.database.transaction("a", tx -> bench.outbox.enqueue(tx, List.of(event)));
    int second =
        bench.database.transaction("b", tx -> bench.outbox.enqueue(tx, List.of(event, other)));

    assertThat(List.of(first, second)).containsExactly(1, 1);
  }

  @Test
  void enqueuingWakesAfterTheCommitAndNotAfterARollBack() {
    long seen = bench.wakeups.work().seen();
    UUID commit = bench.commit("s");
    OutboxEvent event = new OutboxEvent("s", commit, "embed_nodes", Jsons.object());

    assertThatThrownBy(() ->
            bench.database.transaction(
                "fails",
                tx -> {
                  bench.outbox.enqueue(tx, List.of(event));
                  throw new IllegalStateException();
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(bench.wakeups.work().seen()).isEqualTo(seen);

    bench.database.transaction("works", tx -> bench.outbox.enqueue(tx, List.of(event)));
    assertThat(bench.wakeups.work().seen()).isGreaterThan(seen);
    assertThat(bench.wakeups.committed().seen()).isPositive();
  }

  @Test
  void anEventWithoutAnObjectIsRefused() {
    assertThatThrownBy(() -> new OutboxEvent("s", UUID.randomUUID(), "t", Jsons.array()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
