package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writers that meet on the same rows. */
class WriteConcurrencyTest {
  private static final int WRITERS = 6;

  private TestDatabase server;
  private MemoryKit kit;
  private ExecutorService threads;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    threads = Executors.newFixedThreadPool(WRITERS);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    server.close();
  }

  private <T> List<T> together(List<Callable<T>> tasks) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<T>> futures = new ArrayList<>();
    for (Callable<T> task : tasks) {
      futures.add(
          threads.submit(() -> {
            start.await();
            return task.call();
          }));
    }
    start.countDown();
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  /** Thirty nodes in a ring, nodes and edges in the order that {@code random} shuffles them to. */
  private static ObjectNode ring(Random random, int writer, int round) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      order.add(i);
    }
    ObjectNode body = json("{'memory_lane':'shared'}").put("input_text", writer + "/" + round);
    Collections.shuffle(order, random);
    ArrayNode nodes = body.putArray("nodes");
    for (int i : order) {
      nodes.addObject().put("type", "entity").put("client_id", round + "-" + i);
    }
    Collections.shuffle(order, random);
    ArrayNode edges = body.putArray("edges");
    for (int i : order) {
      ObjectNode edge = edges.addObject().put("type", "related_to").put("weight", writer / 10.0);
      edge.putObject("src").put("client_id", round + "-" + i);
      edge.putObject("dst").put("client_id", round + "-" + (i + 1) % 30);
    }
    return body;
  }

  @Test
  void writersOfTheSameNodesAndEdgesInAnyOrderNeverDeadlock() throws Exception {
    long before = deadlocks();
    int rounds = 12;
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int writer = 1; writer <= WRITERS; writer++) {
      int me = writer;
      tasks.add(() -> {
        Random random = new Random(me);
        for (int round = 0; round < rounds; round++) {
          kit.write(ring(random, me, round));
        }
        return me;
      });
    }
    together(tasks);

    assertThat(kit.count("memory_nodes")).isEqualTo(30L * rounds);
    assertThat(kit.count("memory_edges")).isEqualTo(30L * rounds);
    assertThat(kit.count("memory_commits")).isEqualTo((long) WRITERS * rounds);
    assertThat(kit.value("select min(weight) from memory_edges")).isEqualTo("0.6");
    assertThat(deadlocks()).isEqualTo(before);
  }

  private long deadlocks() {
    return Long.parseLong(
        kit.value("select deadlocks from pg_stat_database where datname = current_database()"));
  }

  @Test
  void sameWriteAtTheSameTimeIsOneCommit() throws Exception {
    for (int round = 0; round < 10; round++) {
      ObjectNode body = ring(new Random(round), 1, round);
      List<Callable<JsonNode>> tasks = Collections.nCopies(WRITERS, () -> kit.write(body));

      Set<JsonNode> answers = new HashSet<>(together(tasks));

      assertThat(answers).hasSize(1);
      assertThat(kit.count("memory_commits")).isEqualTo(round + 1L);
    }
    assertThat(kit.count("memory_outbox")).isZero(); // entities without text need no vector
  }

  @Test
  void explicitEdgeIdOfTwoWritersAtOnceEndsAsOneEdge() throws Exception {
    for (int round = 0; round < 20; round++) {
      int now = round;
      List<Callable<JsonNode>> tasks = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        String text = round + "/" + writer;
        tasks.add(() ->
            kit.write(
                """
                {'input_text':'%s','nodes':[{'type':'event','client_id':'a%d','text_summary':'t'},{'type':'topic','client_id':'b%d'}],
                 'edges':[{'id':'00000000-0000-4000-8000-%012d','type':'part_of','src':{'client_id':'a%d'},'dst':{'client_id':'b%d'}}]}
                """
                    .formatted(text, now, now, now, now, now)));
      }

      Set<String> ids = new HashSet<>();
      together(tasks).forEach(answer -> ids.add(answer.at("/edges/0/id").textValue()));

      assertThat(ids).hasSize(1);
    }
    assertThat(kit.count("memory_edges")).isEqualTo(20);
  }

  @Test
  void explicitIdTakenInAnotherScopeMeanwhileIsRefusedAndNothingIsStored() throws Exception {
    String id = "00000000-0000-4000-8000-0000000000aa";
    try (Connection other = server.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values (gen_random_uuid(), 's', '', '', 'h')");
      statement.execute(
          "insert into memory_nodes (id, scope, type, commit_id) select '"
              + id
              + "', 's', 'topic', id from memory_commits");
      Future<String> late =
          threads.submit(() -> {
            try {
              kit.write("{'input_text':'x','nodes':[{'type':'topic','id':'" + id + "'}]}");
              return "stored";
            } catch (io.perdura.kernel.ApiException e) {
              return e.code();
            }
          });
      awaitLockWait();
      other.commit();

      assertThat(late.get()).isEqualTo("node_scope_conflict");
    }
    assertThat(kit.count("memory_commits")).isEqualTo(1);
  }

  private void awaitLockWait() throws InterruptedException {
    while (kit.value(
            "select count(*) from pg_stat_activity"
                + " where wait_event_type = 'Lock' and datname = current_database()")
        .equals("0")) {
      Thread.sleep(5);
    }
  }

  @Test
  void endOfAnEdgeThatIsErasedMeanwhileIsUnknown() throws Exception {
    kit.write("{'input_text':'1','nodes':[{'type':'topic','client_id':'b'}]}");
    String topic = kit.value("select id from memory_nodes");
    try (Connection other = server.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("delete from memory_nodes");
      Future<String> late =
          threads.submit(() -> {
            try {
              kit.write(
                  "{'input_text':'2','nodes':[{'type':'event','client_id':'a','text_summary':'t'}],'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'id':'"
                      + topic
                      + "'}}]}");
              return "stored";
            } catch (io.perdura.kernel.ApiException e) {
              return e.code();
            }
          });
      awaitLockWait();
      other.commit();

      assertThat(late.get()).isEqualTo("unknown_edge_endpoint");
    }
    assertThat(kit.count("memory_nodes")).isZero();
  }

  @Test
  void largeWriteIsOneStatement() throws SQLException {
    ObjectNode body = json("{'input_text':'large','memory_lane':'shared'}");
    ArrayNode nodes = body.putArray("nodes");
    ArrayNode edges = body.putArray("edges");
    for (int i = 0; i < 5_000; i++) {
      nodes.addObject().put("type", "event").put("client_id", "n" + i).put("text_summary", "t" + i);
      if (i > 0) {
        ObjectNode edge = edges.addObject().put("type", "related_to");
        edge.putObject("src").put("client_id", "n" + i);
        edge.putObject("dst").put("client_id", "n" + i / 2);
      }
    }

    JsonNode answer = kit.write(body);

    assertThat(answer.at("/embedding_backfill/pending_nodes").intValue()).isEqualTo(5_000);
    assertThat(kit.count("memory_edges")).isEqualTo(4_999);
    assertThat(Jsons.text(answer)).contains("n4999");
  }
}
