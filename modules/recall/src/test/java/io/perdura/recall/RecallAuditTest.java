package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of the recall audit get written, give way when they cannot be, and do not stay for ever. */
class RecallAuditTest extends DatabaseSuite {
  private final Counts counts = new Counts();
  private final AtomicBoolean gone = new AtomicBoolean();
  private CandidateKit kit;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @BeforeEach
  void empty() {
    gone.set(false);
    counts.counted.clear();
    kit = new CandidateKit(database());
    kit.execute("truncate memory_recall_audit");
  }

  @Test
  void rowsAreWrittenSoonAfterTheRecall() {
    RecallAudit audit = audit(Map.of());
    audit.start();
    record(audit, 300);

    CandidateKit.until(() -> rows() == 300);
    audit.stop();
    assertThat(
            kit.text(
                "select scope || ' ' || endpoint || ' ' || consumer_agent_id || ' ' || query_sha256 || ' ' || seed_count from memory_recall_audit limit 1"))
        .isEqualTo("s recall_text ann hash 0");
  }

  @Test
  void stoppingWritesWhatWaits() {
    RecallAudit audit = audit(Map.of());
    audit.start();
    record(audit, 1234);

    audit.stop();

    assertThat(rows()).isEqualTo(1234);
    assertThat(counts.of("audit_written")).isEqualTo(1234);
    assertThat(counts.of("audit_dropped")).isZero();
  }

  @Test
  void withoutDatabaseRecallsDoNotWaitAndNoMoreRowsAreHeldThanAllowed() {
    RecallAudit audit = audit(Map.of("PERDURA_RECALL_AUDIT_QUEUE", "100"));
    gone.set(true);
    audit.start();
    long began = System.nanoTime();
    record(audit, 5000);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));

    CandidateKit.until(() -> counts.of("audit_dropped") >= 4500);
    assertThat(counts.gauge.get().intValue()).isLessThanOrEqualTo(100);
    gone.set(false);
    CandidateKit.until(() -> {
      record(audit, 1);
      return rows() > 0;
    });
    audit.stop();
    assertThat(counts.of("audit_written")).isEqualTo(rows());
  }

  @Test
  void stoppingWithoutDatabaseEndsAndCountsWhatIsLost() {
    RecallAudit audit = audit(Map.of());
    gone.set(true);
    audit.start();
    record(audit, 3000);
    long began = System.nanoTime();

    audit.stop();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    assertThat(counts.of("audit_dropped")).isEqualTo(3000);
  }

  @Test
  void anInterruptedStopStillWrites() throws InterruptedException {
    RecallAudit audit = audit(Map.of());
    audit.start();
    record(audit, 10);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread stopper =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              audit.stop();
              stopped.countDown();
            });
    stopper.join();

    assertThat(stopped.getCount()).isZero();
    CandidateKit.until(() -> rows() == 10);
  }

  @Test
  void oldRowsAreRemovedInBatchesAndYoungerOnesStay() {
    old(12_345, 31);
    old(7, 29);
    record(audit(Map.of()), 0);

    assertThat(audit(Map.of()).purge()).isEqualTo(12_345);
    assertThat(rows()).isEqualTo(7);
    assertThat(audit(Map.of("PERDURA_RECALL_AUDIT_DAYS", "5")).purge()).isEqualTo(7);
    assertThat(rows()).isZero();
  }

  @Test
  void twoServersThatRemoveOldRowsAtOnceDoNotWaitForEachOther() throws Exception {
    old(20, 31);
    try (var other = dataSource().getConnection();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select from memory_recall_audit order by id limit 10 for update");
      assertThat(audit(Map.of()).purge()).isEqualTo(10);
      other.rollback();
    }
    assertThat(audit(Map.of()).purge()).isEqualTo(10);
  }

  private void old(int count, int days) {
    kit.execute(
        "insert into memory_recall_audit (scope, endpoint, query_sha256, created_at) select 's', 'recall', '', now() - make_interval(days => %d) from generate_series(1, %d)"
            .formatted(days, count));
  }

  private RecallAudit audit(Map<String, String> values) {
    return new RecallAudit(
        new Database(breakable(dataSource())), Settings.of(values), Clock.systemUTC(), counts);
  }

  private DataSource breakable(DataSource source) {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (gone.get()) {
                throw new SQLException("the database is gone", "08001");
              }
              return method.invoke(source, arguments);
            });
  }

  private static void record(RecallAudit audit, int times) {
    ObjectNode body =
        Jsons.object().put("query_text", "q").put("scope", "s").put("consumer_agent_id", "ann");
    RecallRequest request =
        RecallRequest.read(body, RecallRequest.Kind.RECALL_TEXT, Settings.of(Map.of()));
    for (int i = 0; i < times; i++) {
      audit.record(request, new Outcome(), () -> "hash");
    }
  }

  private int rows() {
    return kit.number("select count(*) from memory_recall_audit");
  }

  private static final class Counts implements RecallMeter {
    private final Map<String, Long> counted = new ConcurrentHashMap<>();
    private Supplier<Number> gauge;

    long of(String name) {
      return counted.getOrDefault(name, 0L);
    }

    @Override
    public void stage(String stage, long nanos) {}

    @Override
    public void count(String name, long by) {
      counted.merge(name, by, Long::sum);
    }

    @Override
    public void found(String arm, int hits) {}

    @Override
    public void gauge(String name, String description, Supplier<Number> value) {
      gauge = value;
    }
  }
}
