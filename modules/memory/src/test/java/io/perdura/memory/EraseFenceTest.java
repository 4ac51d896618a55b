package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.NODE;
import static io.perdura.memory.EraseRequest.Kind.SCOPE;
import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Erasing while others write. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EraseFenceTest {
  private static final int WRITERS = 4;

  private TestDatabase server;
  private MemoryKit kit;
  private ErasureTraces traces;

  @BeforeAll
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource(), "PERDURA_ERASE_CHUNK", "20");
    traces = new ErasureTraces(kit);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @BeforeEach
  void empty() {
    traces.empty();
  }

  private void fence(String age) {
    kit.execute(
        "insert into erasure_ledger (tenant_id, scope, kind, target, actor, fence, fenced_at)"
            + " values ('default', 's', 'scope', 's', 'a', 's', now() - interval '"
            + age
            + "')");
  }

  @Test
  void aWriteIntoAFencedScopeIsPutOffAndStoresNothing() {
    kit.write("{'scope':'s','input_text':'0','nodes':[{'client_id':'n','type':'event'}]}");
    fence("0 s");
    long rows = kit.count("memory_commits");

    for (String body :
        List.of(
            "{'scope':'s','input_text':'new','nodes':[{'client_id':'m','type':'event'}]}",
            "{'scope':'s','input_text':'known','nodes':[{'client_id':'n','type':'event'}]}",
            "{'scope':'s','input_text':'empty'}",
            "{'scope':'t','input_text':'from afar','nodes':[{'client_id':'m','scope':'s','type':'event'}]}")) {
      ApiException refusal = refusal(() -> kit.write(body));
      assertThat(refusal.status()).as(body).isEqualTo(503);
      assertThat(refusal.code()).isEqualTo("erasure_in_progress");
      assertThat(refusal.retryAfterSeconds()).hasValue(1);
    }
    ApiException job =
        refusal(() -> kit.activate("{'scope':'s','client_ids':['n'],'input_text':'x'}"));
    assertThat(job.code()).isEqualTo("erasure_in_progress");
    assertThat(kit.count("memory_commits")).isEqualTo(rows);
    kit.write("{'scope':'t','input_text':'elsewhere'}");
  }

  @Test
  void theFenceOfADeadProcessFallsByItself() {
    fence("31 s");
    kit.write("{'scope':'s','input_text':'new','nodes':[{'client_id':'m','type':'event'}]}");
    assertThat(kit.count("memory_nodes")).isEqualTo(1);
  }

  @Test
  void aWriteWaitsForAShortErasure() throws Exception {
    fence("0 s");
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<JsonNode> write =
          thread.submit(() -> kit.write("{'scope':'s','input_text':'patient'}"));
      TimeUnit.MILLISECONDS.sleep(300);
      assertThat(write.isDone()).isFalse();
      kit.execute("update erasure_ledger set fence = null, fenced_at = null");
      assertThat(write.get(5, TimeUnit.SECONDS).get("commit_id").isTextual()).isTrue();
    }
  }

  @Test
  void anErasureWaitsForTransactionsThatBeganBeforeIt() throws Exception {
    try (Connection slow = server.dataSource().getConnection();
        Statement statement = slow.createStatement();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      slow.setAutoCommit(false);
      statement.execute(
          "insert into memory_commits (id, scope, input_sha256, diff_sha256, diff_json, commit_hash)"
              + " values (gen_random_uuid(), 's', 'i', 'd', '{\"nodes\":[{\"title\":\"Quicksilver\"}]}', 'late')");
      Future<JsonNode> erasure = thread.submit(() -> kit.erase(SCOPE, "{'scope':'s'}"));
      TimeUnit.MILLISECONDS.sleep(300);
      assertThat(erasure.isDone()).isFalse();
      slow.commit();
      JsonNode answer = erasure.get(8, TimeUnit.SECONDS);
      assertThat(answer.get("complete").booleanValue()).isTrue();
      assertThat(answer.at("/removed/memory_commits_emptied").intValue()).isEqualTo(1);
    }
    assertThat(traces.of("Quicksilver")).isEmpty();
  }

  @Test
  void anErasureDoesNotWaitForABackup() throws SQLException {
    try (Connection dump = server.dataSource().getConnection();
        Statement statement = dump.createStatement()) {
      dump.setAutoCommit(false);
      statement.execute("set transaction isolation level repeatable read");
      statement.executeQuery("select * from memory_nodes").close();
      assertThat(kit.erase(SCOPE, "{'scope':'s'}").get("complete").booleanValue()).isTrue();
    }
  }

  /** Who writes, with what, what came of it, and when that was known by the database's clock. */
  private record Written(String clientId, String word, String commitId, String knownAt) {}

  /**
   * Lets writers write while {@code erasure} runs several times; returns what was acknowledged.
   * Every refusal but the one that asks for patience is a failure.
   */
  private List<Written> during(Callable<JsonNode> erasure, String body) throws Exception {
    Queue<Written> written = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger number = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(
            threads.submit(() -> {
              while (!stop.get()) {
                int n = number.incrementAndGet();
                String word = "quick" + n + "silver";
                String clientId = "c" + n % 7;
                try {
                  JsonNode answer =
                      kit.write(body.formatted(n, clientId, word, "c" + (n + 3) % 7, word));
                  written.add(
                      new Written(
                          clientId,
                          word,
                          answer.get("commit_id").textValue(),
                          kit.value("select clock_timestamp()")));
                } catch (ApiException e) {
                  assertThat(e.code()).isEqualTo("erasure_in_progress");
                }
              }
            }));
      }
      for (int i = 0; i < 6; i++) {
        JsonNode answer = erasure.call();
        assertThat(answer.get("complete").booleanValue()).isTrue();
        assertThat(answer.at("/residue/clean").booleanValue()).as(answer.toString()).isTrue();
      }
      stop.set(true);
      for (Future<?> writer : writers) {
        writer.get(20, TimeUnit.SECONDS);
      }
    }
    return List.copyOf(written);
  }

  private static final String TWO_NODES =
      """
      {'scope':'s','input_text':'%s','memory_lane':'shared','nodes':[
        {'client_id':'%s','type':'event','title':'%s','embedding':[1,0,0,0]},
        {'client_id':'%s','type':'event','title':'%s'}],'edges':[]}
      """;

  private long deadlocks() {
    return Long.parseLong(
        kit.value("select deadlocks from pg_stat_database where datname = current_database()"));
  }

  /**
   * A node that was there when its write was acknowledged, and is there now, is as old as that. It
   * may be younger than the write's commit, whose time is the beginning of its statement: another
   * writer that began later may have stored the node first.
   */
  private boolean isStillThere(Written write) {
    return kit.value(
            "select exists (select from memory_nodes where client_id = '%s' and created_at <= '%s')"
                .formatted(write.clientId, write.knownAt))
        .equals("t");
  }

  @Test
  void aWriteDuringTheErasureOfItsScopeIsWhollyThereOrWhollyGone() throws Exception {
    for (int i = 0; i < 40; i++) {
      kit.write(TWO_NODES.formatted("old" + i, "old" + i, "old", "older" + i, "old"));
    }

    List<Written> written = during(() -> kit.erase(SCOPE, "{'scope':'s'}"), TWO_NODES);

    int gone = 0;
    for (Written write : written) {
      boolean erased =
          kit.value(
                  "select erased_at is not null from memory_commits where id = '"
                      + write.commitId
                      + "'")
              .equals("t");
      if (erased) {
        gone++;
        assertThat(traces.of(write.word)).as(write.toString()).isEmpty();
      } else {
        assertThat(isStillThere(write))
            .as("an acknowledged write whose commit was not erased still has its node: %s", write)
            .isTrue();
      }
    }
    assertThat(gone).as("erased of %d", written.size()).isPositive();
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
    assertThat(deadlocks()).isZero();
  }

  @Test
  void aWriteDuringTheErasureOfItsNodeIsWhollyThereOrWhollyGone() throws Exception {
    List<Written> written =
        during(() -> kit.erase(NODE, "{'scope':'s','client_id':'c1'}"), TWO_NODES);

    for (Written write : written) {
      if (write.clientId.equals("c1") && traces.of(write.word).contains("memory_commits")) {
        boolean named =
            kit.value(
                    "select diff_json @> '{\"nodes\":[{\"client_id\":\"c1\"}]}' from memory_commits where id = '"
                        + write.commitId
                        + "'")
                .equals("t");
        assertThat(!named || isStillThere(write))
            .as("%s is named by its commit, so its node is there", write)
            .isTrue();
      }
    }
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
    assertThat(deadlocks()).isZero();
  }

  @Test
  void erasuresOfTheSameThingsAtOnceDoNotDisturbEachOther() throws Exception {
    for (int i = 0; i < 30; i++) {
      kit.write(TWO_NODES.formatted(i, "a" + i, "quicksilver", "b" + i, "quicksilver"));
    }
    List<String> targets = List.of("a1", "b1", "a1", "a2", "b2", "a3", "a2", "b3");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<JsonNode>> erasures = new ArrayList<>();
      for (String target : targets) {
        erasures.add(
            threads.submit(() -> kit.erase(NODE, "{'scope':'s','client_id':'" + target + "'}")));
      }
      erasures.add(threads.submit(() -> kit.erase(SCOPE, "{'scope':'s'}")));
      for (Future<JsonNode> erasure : erasures) {
        erasure.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(kit.erasures.resume()).isZero();
    assertThat(traces.of("quicksilver")).isEmpty();
    assertThat(kit.residue(SCOPE, "{'scope':'s'}").get("clean").booleanValue()).isTrue();
    assertThat(deadlocks()).isZero();
  }

  @Test
  void theFenceIsReadWithoutLookingThroughTheLedger() {
    kit.execute(
        "insert into erasure_ledger (tenant_id, kind, target, actor, completed_at)"
            + " select 'default', 'node', i::text, 'a', now() from generate_series(1, 20000) i");
    kit.execute("analyze erasure_ledger");
    JsonNode plan =
        kit.database.read(
            "plan",
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute("set plan_cache_mode = force_generic_plan");
                statement.execute(
                    "prepare guard(text[]) as select " + EraseFence.OPEN.replace("?", "$1"));
                try (var rows =
                    statement.executeQuery("explain (format json) execute guard('{s}')")) {
                  rows.next();
                  return io.perdura.kernel.Jsons.stored(rows.getString(1));
                }
              }
            });
    assertThat(plan.toString()).contains("erasure_ledger_fence").doesNotContain("Seq Scan");
  }

  @Test
  void aNodeIsErasedWhileItsJobIsClaimed() {
    kit.write(
        json(
            "{'scope':'s','input_text':'1','nodes':[{'client_id':'a','type':'event','text_summary':'Quicksilver'},"
                + "{'client_id':'b','type':'event','text_summary':'Lamp'}]}"));
    Drain drain = new Drain(kit);
    var claimed = drain.open("embed_nodes");
    kit.erase(NODE, "{'scope':'s','client_id':'a'}");

    drain.handle(drain.embedder(), claimed);

    assertThat(kit.count("memory_vectors")).isEqualTo(1);
    assertThat(traces.of("Quicksilver")).isEmpty();
  }
}
