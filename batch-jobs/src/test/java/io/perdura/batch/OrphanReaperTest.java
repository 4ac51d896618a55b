package io.perdura.batch;

import static io.perdura.batch.JobBook.BACKFILL;
import static io.perdura.batch.JobBook.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.batch.JobRepository.Execution;
import io.perdura.kernel.Database;
import io.perdura.outbox.Drain;
import io.perdura.schema.TestDatabase;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobRestartException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrphanReaperTest {
  private static TestDatabase database;
  private JobBook book;
  private FlakyRepository repository;
  private final List<Long> resumed = new ArrayList<>();
  private final List<String> released = new ArrayList<>();
  private BatchRuntimeException refusal;
  private long nanos = 1;
  private OrphanReaper reaper;

  @BeforeAll
  static void openDatabase() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void closeDatabase() {
    database.close();
  }

  /** A repository whose database may be away. */
  private static final class FlakyRepository extends JobRepository {
    private boolean away;

    FlakyRepository() {
      super(new Database(database.dataSource()));
    }

    @Override
    public List<Execution> orphans(int deadAfterSeconds, String self) {
      if (away) {
        throw new IllegalStateException("no database");
      }
      return super.orphans(deadAfterSeconds, self);
    }
  }

  @BeforeEach
  void setUp() {
    book = new JobBook(database);
    repository = new FlakyRepository();
    JobStarter starter =
        new JobStarter() {
          @Override
          long resume(long execution) {
            if (refusal != null) {
              throw refusal;
            }
            resumed.add(execution);
            book.next(execution, "me", STARTED);
            return execution + 1;
          }
        };
    Drain drain =
        new Drain() {
          @Override
          public int releaseNode(String node) {
            released.add(node);
            return 1;
          }
        };
    reaper = new OrphanReaper(repository, starter, drain, () -> nanos);
    book.member("me", 0);
    look(6);
  }

  @Test
  void workOfADeadServerGoesOnAfterThreeLooks() {
    long backfill = book.execution(BACKFILL, "dead", STARTED);

    look(2);
    assertThat(resumed).isEmpty();
    assertThat(book.state(backfill)).startsWith("1 ");

    look(1);
    assertThat(resumed).containsExactly(backfill);
    assertThat(book.state(backfill)).startsWith("4 ORPHANED");

    look(9);
    assertThat(resumed).as("once").hasSize(1);
  }

  @Test
  void serverThatShowsItselfBetweenTheLooksIsNotDead() {
    long backfill = book.execution(BACKFILL, "slow", STARTED);
    look(2);
    book.member("slow", 0);
    look(1);
    book.member("slow", 60);
    look(2);

    assertThat(resumed).isEmpty();
    assertThat(book.state(backfill)).startsWith("1 ");
    look(1);
    assertThat(resumed).containsExactly(backfill);
  }

  @Test
  void jobThatCannotGoOnIsMarkedAndItsServersClaimsAreFreedOnce() {
    long drain = book.execution("outbox-drain", "dead", STARTED);
    long rebuild = book.execution("candidate-index-rebuild", "dead", STARTED);
    look(3);

    assertThat(book.state(drain)).startsWith("4 ORPHANED");
    assertThat(book.state(rebuild)).startsWith("4 ORPHANED");
    assertThat(resumed).isEmpty();
    assertThat(released).containsExactly("dead");
  }

  @Test
  void afterAnOutageServersGetTimeToShowThemselves() {
    book.execution(BACKFILL, "living", STARTED);
    repository.away = true;
    for (int i = 0; i < 30; i++) {
      nanos += Duration.ofSeconds(1).toNanos();
      assertThatThrownBy(() -> reaper.look("me")).hasMessage("no database");
    }
    repository.away = false;

    look(5);
    assertThat(resumed).isEmpty();
    book.member("living", 0);
    look(9);
    assertThat(resumed).isEmpty();
  }

  @Test
  void noLookCountsWhileTheDatabaseHesitates() {
    book.execution(BACKFILL, "dead", STARTED);
    for (int i = 0; i < 9; i++) {
      nanos += Duration.ofSeconds(4).toNanos();
      reaper.look("me");
    }
    assertThat(resumed).isEmpty();

    look(8);
    assertThat(resumed).hasSize(1);
  }

  @Test
  void firstLooksOfAServerThatStartsDoNotCount() {
    book.execution(BACKFILL, "dead", STARTED);
    OrphanReaper young =
        new OrphanReaper(repository, new JobStarter(), new Drain() {}, () -> nanos);
    for (int i = 0; i < 5; i++) {
      nanos += Duration.ofSeconds(1).toNanos();
      young.look("me");
    }

    assertThat(book.number("select count(*) from wlpjobexecution where batchstatus = 1")).isOne();
  }

  @Test
  void refusalOfTheContainerIsFinal() {
    long backfill = book.execution(BACKFILL, "dead", STARTED);
    refusal = new JobRestartException("no such job any more");
    look(3);
    refusal = null;
    look(9);

    assertThat(resumed).isEmpty();
    assertThat(book.state(backfill)).startsWith("4 FAILED");
  }

  @Test
  void anotherFailureIsNotFinal() {
    long backfill = book.execution(BACKFILL, "dead", STARTED);
    refusal = new BatchRuntimeException("the repository did not answer");
    look(3);
    assertThat(resumed).isEmpty();
    refusal = null;
    look(3);

    assertThat(resumed).containsExactly(backfill);
  }

  @Test
  void executionWhoseNewServerDiedBeforeItWentOnIsTakenByTheNext() {
    long backfill = book.execution(BACKFILL, "dead", STARTED);
    Execution read = repository.orphans(6, "other").getFirst();
    assertThat(repository.take(read)).isTrue();

    look(3);

    assertThat(resumed).containsExactly(backfill);
  }

  /** Looks as often, a second apart. */
  private void look(int times) {
    for (int i = 0; i < times; i++) {
      nanos += Duration.ofSeconds(OrphanReaper.INTERVAL_SECONDS).toNanos();
      reaper.look("me");
    }
  }
}
