package io.perdura.batch;

import static io.perdura.batch.JobBook.BACKFILL;
import static io.perdura.batch.JobBook.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.batch.JobRepository.Execution;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobMetrics;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunRequest;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.memory.BackfillJob;
import io.perdura.outbox.Drain;
import io.perdura.schema.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrphanReaperTest {
  private static final JobCatalog CATALOG = JobCatalog.of(new BackfillJob());
  private static TestDatabase database;
  private JobBook book;
  private FlakyRepository repository;
  private FlakyRuns runs;
  private RunBook runBook;
  private final List<String> released = new ArrayList<>();
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
      super(new Database(database.dataSource()), CATALOG);
    }

    @Override
    public List<Execution> orphans(int deadAfterSeconds, String self) {
      if (away) {
        throw new IllegalStateException("no database");
      }
      return super.orphans(deadAfterSeconds, self);
    }
  }

  /** Runs that may not be asked for. */
  private static final class FlakyRuns extends JobRuns {
    private ApiException refusal;

    FlakyRuns() {
      super(new Database(database.dataSource()), CATALOG);
    }

    @Override
    public Once.Answer request(RunRequest wish, Requester requester, Once once) {
      if (refusal != null) {
        throw refusal;
      }
      return super.request(wish, requester, once);
    }
  }

  @BeforeEach
  void setUp() {
    FakeOperator.reset();
    book = new JobBook(database);
    repository = new FlakyRepository();
    runs = new FlakyRuns();
    runBook =
        new RunBook(
            new Database(database.dataSource()), CATALOG, Clock.systemUTC(), JobMetrics.none());
    reaper = reaper();
    book.member("me", 0);
    look(6);
  }

  private OrphanReaper reaper() {
    Drain drain =
        new Drain() {
          @Override
          public int releaseNode(String node) {
            released.add(node);
            return 1;
          }
        };
    return new OrphanReaper(repository, runBook, runs, CATALOG, drain, () -> nanos);
  }

  @Test
  void runOfADeadServerWaitsForATakerAfterThreeLooks() {
    run("dead");

    look(2);
    assertThat(state()).isEqualTo("running dead 1");

    look(1);
    assertThat(state()).isEqualTo("queued 2");
    assertThat(runBook.claim("me").orElseThrow().fence()).isEqualTo(3);
  }

  @Test
  void runThatAnOperatorWantedToStopIsStoppedWithItsServer() {
    run("dead");
    book.execute("update job_runs set state = 'stopping', stop_requested = true");
    look(3);

    assertThat(state()).isEqualTo("stopped 2");
  }

  @Test
  void runOfALivingServerIsLeftAlone() {
    book.member("living", 2);
    run("living");
    look(5);

    assertThat(state()).isEqualTo("running living 1");
  }

  @Test
  void ofTwoServersThatFindARunOneReleasesIt() {
    run("dead");
    RunBook.Held found = runBook.orphans(6, "me").getFirst();

    assertThat(runBook.release(found)).isTrue();
    assertThat(runBook.release(found)).isFalse();
  }

  @Test
  void executionOfTheReleaseBeforeGoesOnAsARunOnce() {
    long backfill = book.execution(BACKFILL, "dead", STARTED);

    look(2);
    assertThat(state()).isEmpty();
    assertThat(book.state(backfill)).startsWith("1 ");

    look(9);
    assertThat(book.state(backfill)).startsWith("4 FAILED");
    assertThat(book.texts("select concat_ws(' ', job, state, parameters ->> 'page') from job_runs"))
        .containsExactly("embedding-generation-backfill queued 7");
  }

  @Test
  void serverThatShowsItselfBetweenTheLooksIsNotDead() {
    run("slow");
    look(2);
    book.member("slow", 0);
    look(1);
    book.member("slow", 60);
    look(2);

    assertThat(state()).isEqualTo("running slow 1");
    look(1);
    assertThat(state()).isEqualTo("queued 2");
  }

  @Test
  void drainOfADeadServerIsMarkedAndItsClaimsAreFreedOnce() {
    long drain = book.execution(JobStarter.DRAIN, "dead", STARTED);
    look(6);

    assertThat(book.state(drain)).startsWith("4 ORPHANED");
    assertThat(state()).isEmpty();
    assertThat(released).containsExactly("dead");
  }

  @Test
  void afterAnOutageServersGetTimeToShowThemselves() {
    run("living");
    repository.away = true;
    for (int i = 0; i < 30; i++) {
      nanos += Duration.ofSeconds(1).toNanos();
      assertThatThrownBy(() -> reaper.look("me")).hasMessage("no database");
    }
    repository.away = false;

    look(5);
    assertThat(state()).isEqualTo("running living 1");
    book.member("living", 0);
    look(9);
    assertThat(state()).isEqualTo("running living 1");
  }

  @Test
  void noLookCountsWhileTheDatabaseHesitates() {
    run("dead");
    for (int i = 0; i < 9; i++) {
      nanos += Duration.ofSeconds(4).toNanos();
      reaper.look("me");
    }
    assertThat(state()).isEqualTo("running dead 1");

    look(8);
    assertThat(state()).isEqualTo("queued 2");
  }

  @Test
  void firstLooksOfAServerThatStartsDoNotCount() {
    run("dead");
    reaper = reaper();
    look(5);

    assertThat(state()).isEqualTo("running dead 1");
  }

  @Test
  void refusalOfARunIsFinalAndAnOutageIsNot() {
    long first = book.execution(BACKFILL, "dead", STARTED);
    runs.refusal = new ApiException(503, "database_unavailable", "away");
    look(3);
    assertThat(book.state(first)).startsWith("4 ORPHANED");

    runs.refusal = new ApiException(400, "invalid_parameters", "odd");
    look(3);
    assertThat(book.state(first)).startsWith("4 FAILED");
    runs.refusal = null;
    look(5);
    assertThat(state()).isEmpty();
  }

  @Test
  void executionWhoseTakerDiedIsTakenByTheNext() {
    book.execution(BACKFILL, "dead", STARTED);
    Execution read = repository.orphans(6, "other").getFirst();
    assertThat(repository.take(read)).isTrue();

    look(3);

    assertThat(state()).isEqualTo("queued 0");
  }

  private void run(String node) {
    book.execute(
        """
        insert into job_runs (job, lane, state, requested_by, node, fence, attempts, started_at)
        values ('%s', 'change *', 'running', 'test', '%s', 1, 1, now())\
        """
            .formatted(BACKFILL, node));
  }

  /** State, server and fence of the one run; empty when there is none. */
  private String state() {
    return String.join(
        ";",
        book.texts("select concat_ws(' ', state, node, fence) from job_runs order by created_at"));
  }

  /** Looks as often, a second apart. */
  private void look(int times) {
    for (int i = 0; i < times; i++) {
      nanos += Duration.ofSeconds(OrphanReaper.INTERVAL_SECONDS).toNanos();
      reaper.look("me");
    }
  }
}
