package io.perdura.batch;

import static io.perdura.batch.JobBook.BACKFILL;
import static io.perdura.batch.JobBook.COMPLETED;
import static io.perdura.batch.JobBook.FAILED;
import static io.perdura.batch.JobBook.STARTED;
import static io.perdura.batch.JobBook.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.perdura.batch.JobRepository.Execution;
import io.perdura.jobs.JobCatalog;
import io.perdura.kernel.Database;
import io.perdura.memory.BackfillJob;
import io.perdura.schema.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobRepositoryTest {
  private static final int DEAD_AFTER = 6;
  private static TestDatabase database;
  private JobBook book;
  private JobRepository repository;

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
    book = new JobBook(database);
    repository =
        new JobRepository(new Database(database.dataSource()), JobCatalog.of(new BackfillJob()));
    book.member("me", 0);
    book.member("living", 2);
    book.member("silent", 30);
  }

  @Test
  void orphansAreWhatSilentAndVanishedServersLeft() {
    book.execution(BACKFILL, "me", STARTED);
    book.execution(BACKFILL, "living", STARTED);
    long silent = book.execution(BACKFILL, "silent", STARTED);
    long vanished = book.execution("outbox-drain", "vanished", 0);
    long stopping = book.execution("outbox-drain", "vanished", 2);
    book.execution(BACKFILL, "silent", FAILED);
    book.execution(BACKFILL, "silent", COMPLETED);

    assertThat(orphans()).containsExactly(silent, vanished, stopping);
  }

  @Test
  void noServerIsItsOwnOrphanHoweverLateItsHeartbeat() {
    book.execution(BACKFILL, "me", STARTED);
    book.member("me", 60);

    assertThat(orphans()).isEmpty();
  }

  @Test
  void jobThatStoppedWithItsServerIsAnOrphanWhenItCanGoOn() {
    long backfill = book.execution(BACKFILL, "vanished", STOPPED);
    book.execution("outbox-drain", "vanished", STOPPED);
    book.execution(BACKFILL, "living", STOPPED);

    assertThat(orphans()).containsExactly(backfill);
  }

  @Test
  void jobThatAnOperatorStoppedIsNobodys() {
    long execution = book.execution(BACKFILL, "me", STOPPED);
    assertThat(repository.left("me")).hasSize(1);

    book.parameter(execution, "perdura.stopped", "true");

    assertThat(repository.left("me")).isEmpty();
    book.execute("delete from cluster_members");
    assertThat(repository.orphans(DEAD_AFTER, "other")).isEmpty();
  }

  @Test
  void executionThatWasFollowedByAnotherIsNotLeft() {
    long first = book.execution(BACKFILL, "me", STOPPED);
    assertThat(ids(repository.left("me"))).containsExactly(first);

    long second = book.next(first, "me", STOPPED);

    assertThat(ids(repository.left("me"))).containsExactly(second);
  }

  @Test
  void onlyTheOwnExecutionsAreLeftToAServer() {
    long mine = book.execution(BACKFILL, "me", STARTED);
    long drain = book.execution("outbox-drain", "me", STARTED);
    book.execution(BACKFILL, "silent", STARTED);
    book.execution(BACKFILL, "me", COMPLETED);

    assertThat(repository.left("me"))
        .extracting(Execution::id, Execution::job, Execution::node)
        .containsExactly(tuple(mine, BACKFILL, "me"), tuple(drain, "outbox-drain", "me"));
  }

  @Test
  void oneOfTwoTakersGetsAnExecution() {
    long id = book.execution(BACKFILL, "silent", STARTED);
    Execution one = repository.orphans(DEAD_AFTER, "me").getFirst();
    Execution other = repository.orphans(DEAD_AFTER, "me").getFirst();

    assertThat(repository.take(one)).isTrue();
    assertThat(repository.take(other)).isFalse();

    assertThat(book.state(id)).isEqualTo("4 ORPHANED 4 ORPHANED 4");
  }

  @Test
  void executionThatEndedMeanwhileIsNotTaken() {
    long id = book.execution(BACKFILL, "silent", STARTED);
    Execution read = repository.orphans(DEAD_AFTER, "me").getFirst();
    book.execute("update wlpjobexecution set batchstatus = 5, exitstatus = 'done'");

    assertThat(repository.take(read)).isFalse();
    assertThat(book.state(id)).startsWith("5 done");
  }

  @Test
  void takingLeavesStepsThatEndedAsTheyWere() {
    long id = book.execution(BACKFILL, "silent", STARTED);
    book.execute("update wlpstepthreadexecution set batchstatus = 5");

    assertThat(repository.take(repository.orphans(DEAD_AFTER, "me").getFirst())).isTrue();

    assertThat(book.state(id)).endsWith(" 5");
  }

  @Test
  void takenExecutionIsFoundAgainUntilSomebodyHasGoneOnWithIt() {
    long id = book.execution(BACKFILL, "silent", STARTED);
    repository.take(repository.orphans(DEAD_AFTER, "me").getFirst());

    Execution again = repository.orphans(DEAD_AFTER, "other").getFirst();
    assertThat(again.id()).isEqualTo(id);
    assertThat(repository.take(again)).isTrue();

    book.next(id, "living", STARTED);
    assertThat(orphans()).isEmpty();
  }

  @Test
  void takenExecutionOfAJobThatCannotGoOnIsNotFoundAgain() {
    book.execution("outbox-drain", "silent", STARTED);
    repository.take(repository.orphans(DEAD_AFTER, "me").getFirst());

    assertThat(orphans()).isEmpty();
  }

  @Test
  void executionThatWasGivenUpIsNotFoundAgain() {
    long id = book.execution(BACKFILL, "silent", STARTED);
    repository.take(repository.orphans(DEAD_AFTER, "me").getFirst());

    repository.giveUp(id);

    assertThat(orphans()).isEmpty();
    assertThat(book.state(id)).isEqualTo("4 FAILED 4 FAILED 4");
  }

  @Test
  void failingMarksWhatRunsAndNothingElse() {
    long running = book.execution("outbox-drain", "me", STARTED);
    long complete = book.execution("outbox-drain", "me", COMPLETED);

    assertThat(repository.fail(running)).isTrue();
    assertThat(repository.fail(running)).isFalse();
    assertThat(repository.fail(complete)).isFalse();

    assertThat(book.state(running)).isEqualTo("4 FAILED 4 FAILED 4");
    assertThat(book.state(complete)).startsWith("5 ");
  }

  @Test
  void oldInstancesAreForgottenWithAllThatHangsOnThem() {
    long old = book.execution(BACKFILL, "me", COMPLETED);
    book.next(old, "me", COMPLETED);
    book.age(old, 31);
    long young = book.execution(BACKFILL, "me", COMPLETED);
    book.age(young, 29);
    long running = book.execution("outbox-drain", "me", STARTED);
    book.age(running, 31);

    assertThat(repository.forget(30)).isEqualTo(1);

    assertThat(book.texts("select jobexecid from wlpjobexecution order by 1"))
        .containsExactly(Long.toString(young), Long.toString(running));
    for (String table :
        List.of(
            "wlpjobinstance",
            "wlpstepthreadexecution",
            "wlpstepthreadinstance",
            "wlpjobparameter")) {
      assertThat(book.number("select count(*) from " + table)).as(table).isEqualTo(2);
    }
  }

  @Test
  void forgettingGoesOnBeyondOneStatement() {
    book.execute(
        """
        insert into wlpjobinstance (batchstatus, createtime, instancestate, jobname, numexecs)
        select 5, localtimestamp - interval '31 days', 5, 'x', 1 from generate_series(1, 2500)\
        """);

    assertThat(repository.forget(30)).isEqualTo(2_500);
  }

  private List<Long> orphans() {
    return ids(repository.orphans(DEAD_AFTER, "me"));
  }

  private static List<Long> ids(List<Execution> executions) {
    return executions.stream().map(Execution::id).toList();
  }
}
