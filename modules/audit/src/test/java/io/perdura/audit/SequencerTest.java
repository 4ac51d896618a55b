package io.perdura.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Linking: nothing is passed over, nothing is linked twice, and chains never fork. */
@Timeout(60)
class SequencerTest extends DatabaseSuite {
  private TrailKit kit;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void empty() throws SQLException {
    kit = new TrailKit(dataSource());
    kit.empty();
  }

  @Test
  void aRowThatCommitsLateIsLinkedAfterThoseThatWereThere() throws SQLException {
    Sequencer sequencer = new Sequencer(kit.database, "a");
    try (Connection late = dataSource().getConnection();
        Connection early = dataSource().getConnection()) {
      late.setAutoCommit(false);
      TrailKit.commit(late, TrailKit.row(TrailKit.ACME, "late"));
      TrailKit.commit(early, TrailKit.row(TrailKit.ACME, "early"));
      assertThat(sequencer.run()).isEqualTo(1);
      late.commit();
      assertThat(sequencer.run()).isEqualTo(1);
    }
    assertThat(calls(TrailKit.ACME)).containsExactly("early", "late");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void concurrentWritersWithLateCommitsAreAllLinkedInTheOrderInWhichEachCommitted()
      throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    ConcurrentLinkedQueue<String> committed = new ConcurrentLinkedQueue<>();
    List<Future<?>> tasks = new ArrayList<>();
    Sequencer sequencer = new Sequencer(kit.database, "a");
    try (ExecutorService pool = Executors.newFixedThreadPool(7)) {
      for (int writer = 0; writer < 6; writer++) {
        int name = writer;
        tasks.add(pool.submit(() -> write(name, committed)));
      }
      Future<?> linking =
          pool.submit(() -> {
            while (!done.get()) {
              sequencer.run();
              TimeUnit.MILLISECONDS.sleep(3);
            }
            return null;
          });
      for (Future<?> task : tasks) {
        task.get();
      }
      done.set(true);
      linking.get();
    }
    sequencer.run();
    List<String> linked = new ArrayList<>(calls(TrailKit.ACME));
    linked.addAll(calls(Chains.tenant("globex")));
    assertThat(linked).containsExactlyInAnyOrderElementsOf(committed);
    assertThat(kit.count("audit_inbox")).isZero();
    for (int writer = 0; writer < 6; writer++) {
      String prefix = writer + ".";
      for (String chain : List.of(TrailKit.ACME, Chains.tenant("globex"))) {
        List<Integer> order =
            calls(chain).stream()
                .filter(call -> call.startsWith(prefix))
                .map(call -> Integer.parseInt(call.substring(prefix.length())))
                .toList();
        assertThat(order).as("rows of a writer that waits for each commit").isSorted();
      }
    }
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  private Void write(int name, ConcurrentLinkedQueue<String> committed) throws Exception {
    Random random = new Random(name);
    try (Connection connection = dataSource().getConnection()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 60; i++) {
        String call = name + "." + i;
        String chain = random.nextBoolean() ? TrailKit.ACME : Chains.tenant("globex");
        TrailKit.commit(connection, TrailKit.row(chain, call));
        if (random.nextInt(4) == 0) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(25));
        }
        if (random.nextInt(6) == 0) {
          connection.rollback();
        } else {
          connection.commit();
          committed.add(call);
        }
      }
    }
    return null;
  }

  @Test
  void aHolderThatWasStoppedBetweenReadingAndLinkingDoesNothingAfterwards() throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "one"));
      Sequencer stopped = new Sequencer(kit.database, "a");
      assertThat(stopped.run()).isEqualTo(1);
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "two"));
      List<SequencerSql.Waiting> read = stopped.waiting();
      kit.sql("update audit_sequencer set renewed_at = clock_timestamp() - interval '1 minute'");
      Sequencer next = new Sequencer(kit.database, "b");
      assertThat(next.run()).isEqualTo(1);
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "three"));

      assertThat(stopped.link(read)).isZero();
      assertThat(stopped.fenced()).isEqualTo(1);
      assertThat(stopped.isHolding()).isFalse();
      assertThat(next.run()).isEqualTo(1);
    }
    assertThat(calls(TrailKit.ACME)).containsExactly("one", "two", "three");
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  @Test
  void aFencedHolderLinksNothingEvenWhereNobodyElseHasLinkedYet() throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "one"));
      Sequencer stopped = new Sequencer(kit.database, "a");
      stopped.run();
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "two"));
      List<SequencerSql.Waiting> read = stopped.waiting();
      kit.sql("update audit_sequencer set holder = 'b', fence = fence + 1");
      assertThat(stopped.link(read)).isZero();
      assertThat(kit.count("audit_inbox")).isEqualTo(1);
    }
  }

  @Test
  void sequencersThatKeepTakingEachOthersPlaceNeverForkAChain() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    ConcurrentLinkedQueue<String> committed = new ConcurrentLinkedQueue<>();
    List<Sequencer> sequencers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        int name = writer;
        writers.add(pool.submit(() -> write(name, committed)));
      }
      List<Future<?>> others = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        Sequencer sequencer = new Sequencer(kit.database, name);
        sequencers.add(sequencer);
        others.add(
            pool.submit(() -> {
              while (!done.get()) {
                sequencer.run();
              }
              return null;
            }));
      }
      others.add(
          pool.submit(() -> {
            while (!done.get()) {
              kit.sql("update audit_sequencer set renewed_at = '-infinity'");
              TimeUnit.MILLISECONDS.sleep(2);
            }
            return null;
          }));
      for (Future<?> writer : writers) {
        writer.get();
      }
      done.set(true);
      for (Future<?> other : others) {
        other.get(); // a row that two had linked would have failed one of them
      }
    }
    kit.sql("update audit_sequencer set renewed_at = '-infinity'");
    new Sequencer(kit.database, "last").run();
    assertThat(kit.count("audit_chain")).isEqualTo(committed.size());
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
    assertThat(sequencers.stream().mapToLong(Sequencer::fenced).sum())
        .as("places that were taken unnoticed; without any this test shows nothing")
        .isPositive();
  }

  @Test
  void anotherServerGoesOnWithinTwoSecondsOfTheHoldersDeath() throws Exception {
    Sequencer dying = new Sequencer(kit.database, "a");
    dying.run();
    Sequencer next = new Sequencer(kit.database, "b");
    assertThat(next.run()).isZero();
    assertThat(next.isHolding()).isFalse();
    try (Connection connection = dataSource().getConnection()) {
      TrailKit.commit(connection, TrailKit.row(TrailKit.ACME, "one"));
    }
    long start = System.nanoTime();
    while (next.run() == 0) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
      TimeUnit.MILLISECONDS.sleep(250);
    }
    assertThat(dying.run()).isZero();
    assertThat(dying.fenced()).isEqualTo(1);
  }

  @Test
  void aTransactionThatStaysOpenDelaysNobodyElsesRows() throws Exception {
    try (Connection open = dataSource().getConnection();
        Connection other = dataSource().getConnection()) {
      open.setAutoCommit(false);
      TrailKit.commit(open, TrailKit.row(TrailKit.ACME, "open"));
      Sequencer sequencer = new Sequencer(kit.database, "a");
      for (int i = 0; i < 5; i++) {
        TrailKit.commit(other, TrailKit.row(TrailKit.ACME, "call " + i));
        assertThat(sequencer.run()).isEqualTo(1);
        assertThat(sequencer.lagSeconds()).isLessThan(2);
      }
      open.rollback();
    }
    assertThat(kit.verify().get("ok").asBoolean()).isTrue();
  }

  private List<String> calls(String chain) throws SQLException {
    return kit.texts(
        "select entry::jsonb ->> 'call' from audit_chain where chain = '"
            + chain
            + "' order by seq");
  }
}
