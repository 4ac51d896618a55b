package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.control.Member;
import io.perdura.control.Membership;
import io.perdura.jobs.ChangeLog;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobMetrics;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.RunRequest;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.memory.BackfillJob;
import io.perdura.schema.TestDatabase;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunLauncherTest {
  private static final JobCatalog CATALOG = JobCatalog.of(new BackfillJob());
  private static final JobRuns.Requester SOMEBODY =
      new JobRuns.Requester("somebody", ChangeLog.NONE);
  private static TestDatabase database;

  private JobBook tables;
  private RunBook book;
  private JobRuns runs;
  private RunDesk desk;
  private RunLauncher launcher;

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
    FakeOperator.reset();
    tables = new JobBook(database);
    Database ours = new Database(database.dataSource());
    book = new RunBook(ours, CATALOG, Clock.systemUTC(), JobMetrics.none());
    runs = new JobRuns(ours, CATALOG);
    Membership membership =
        new Membership(null) {
          @Override
          public Member self() {
            return new Member("me", "worker", "1.2.3", "h", null, "1");
          }
        };
    desk = new RunDesk(book, CATALOG, membership);
    launcher =
        new RunLauncher(
            book,
            desk,
            new JobRepository(ours, CATALOG),
            Settings.of(Map.of("PERDURA_JOB_SLOTS", "2")));
  }

  @Test
  void aQueuedRunBecomesAnExecutionThatKnowsItsRunAndFence() {
    String id = ask("a");
    launcher.look("me", Runnable::run);

    FakeOperator.Fake execution = FakeOperator.last();
    assertThat(execution.job).isEqualTo(JobBook.BACKFILL);
    assertThat(execution.restartOf).isNull();
    assertThat(execution.parameters)
        .containsEntry("scope", "a")
        .containsEntry("perdura.run", id)
        .containsEntry("perdura.fence", "1")
        .doesNotContainKey("perdura.node");
  }

  @Test
  void aServerWorksOnAsManyRunsAsItHasSlots() {
    ask("a");
    ask("b");
    ask("c");
    launcher.look("me", Runnable::run);
    launcher.look("me", Runnable::run);

    assertThat(FakeOperator.EXECUTIONS).hasSize(2);
    assertThat(state("c")).isEqualTo("queued");
  }

  @Test
  void aRunThatSucceededIsWrittenDownAndItsSlotIsFree() {
    ask("a");
    RunHandle run = begin();
    run.result(JobResult.passed(Jsons.object().put("n", 7)));
    end(BatchStatus.STARTED);

    assertThat(state("a")).isEqualTo("succeeded");
    assertThat(
            tables.text("select verdict || (result ->> 'n') || (result ->> 'build') from job_runs"))
        .isEqualTo("PASSED71.2.3");
    assertThat(desk.size()).isZero();
  }

  @Test
  void aRunThatFailedSaysWhy() {
    ask("a");
    begin().failed(new IllegalStateException("the disk is full"));
    end(BatchStatus.FAILED);

    assertThat(tables.text("select state || ': ' || error from job_runs"))
        .isEqualTo("failed: the disk is full");
  }

  @Test
  void whatTheDatabaseInterruptedGoesOnInItsExecution() {
    ask("a");
    begin().failed(new ApiException(503, "database_unavailable", "away"));
    end(BatchStatus.FAILED);
    assertThat(state("a")).isEqualTo("queued");

    launcher.look("me", Runnable::run);

    assertThat(FakeOperator.last().restartOf).isEqualTo(1);
    assertThat(FakeOperator.last().parameters).containsEntry("perdura.fence", "3");
  }

  @Test
  void anExecutionThatCannotBeRestartedIsFollowedByANewOne() {
    ask("a");
    begin();
    end(BatchStatus.FAILED);
    FakeOperator.restartRefusal = () -> new JobRestartException("changed too much");

    launcher.look("me", Runnable::run);

    assertThat(FakeOperator.last().restartOf).isNull();
    assertThat(FakeOperator.EXECUTIONS).hasSize(2);
    assertThat(state("a")).isEqualTo("running");
  }

  @Test
  void anOperatorsWishToStopReachesTheExecutionAndTheRunStaysStopped() {
    String id = ask("a");
    begin();
    runs.stop(id, SOMEBODY);
    launcher.look("me", Runnable::run);
    assertThat(FakeOperator.last().status).isEqualTo(BatchStatus.STOPPING);

    end(BatchStatus.STOPPING);

    assertThat(state("a")).isEqualTo("stopped");
    launcher.look("me", Runnable::run);
    assertThat(FakeOperator.EXECUTIONS).hasSize(1);
  }

  @Test
  void whatEndsWithTheServerGoesOnElsewhereAndNothingIsBegunMeanwhile() {
    ask("a");
    ask("b");
    begin();
    end(BatchStatus.STOPPING);
    int begun = FakeOperator.EXECUTIONS.size();
    launcher.look("me", Runnable::run);
    assertThat(FakeOperator.EXECUTIONS).hasSize(begun);
    assertThat(state("a")).isEqualTo("running");

    desk.leave();

    assertThat(state("a")).isEqualTo("queued");
  }

  @Test
  void aRunThatAnotherServerHasIsStoppedHere() {
    ask("a");
    RunHandle run = begin();
    tables.execute("update job_runs set fence = fence + 1, node = 'other'");
    launcher.look("me", Runnable::run);

    assertThat(run.isLost()).isTrue();
    assertThat(FakeOperator.last().status).isEqualTo(BatchStatus.STOPPING);
    end(BatchStatus.FAILED);
    assertThat(state("a")).as("nothing is written over the other's").isEqualTo("running");
    assertThat(desk.size()).isZero();
  }

  @Test
  void aRunThatThisServerForgotIsGivenBack() {
    tables.execute(
        "insert into job_runs (job, lane, state, requested_by, node, parameters) values ('%s', 'x', 'running', 't', 'me', '{\"scope\":\"a\"}')"
            .formatted(JobBook.BACKFILL));
    launcher.look("me", Runnable::run);
    launcher.look("me", Runnable::run);
    assertThat(FakeOperator.EXECUTIONS).isEmpty();

    launcher.look("me", Runnable::run);

    assertThat(FakeOperator.EXECUTIONS).hasSize(1);
  }

  @Test
  void whatAnEarlierProcessOfTheServerHeldGoesOnAtOnce() {
    tables.execute(
        "insert into job_runs (job, lane, state, requested_by, node, fence) values ('%s', 'x', 'running', 't', 'me', 5)"
            .formatted(JobBook.BACKFILL));
    launcher.takeUp("me");

    assertThat(tables.text("select state || fence from job_runs")).isEqualTo("queued6");
  }

  @Test
  void anExecutionFromOutsideGetsARunWithItsParametersChecked() {
    long execution = new FakeOperator().start(JobBook.BACKFILL, properties("scope", "out"));
    RunHandle run = desk.begin(context(execution, BatchStatus.STARTED));

    assertThat(run.parameters().number("page")).isEqualTo(200);
    assertThat(state("out")).isEqualTo("running");
    assertThat(tables.text("select requested_by from job_runs")).isEqualTo("batch runtime");
  }

  private static Properties properties(String name, String value) {
    Properties properties = new Properties();
    properties.setProperty(name, value);
    return properties;
  }

  private String ask(String scope) {
    return runs.request(
            new RunRequest(JobBook.BACKFILL, Map.of("scope", scope), null), SOMEBODY, Once.UNKEYED)
        .body()
        .at("/run/run_id")
        .textValue();
  }

  private String state(String scope) {
    return tables.text("select state from job_runs where parameters ->> 'scope' = '" + scope + "'");
  }

  /** Has the oldest run started, and the batch runtime begin it as its first execution. */
  private RunHandle begin() {
    launcher.look("me", Runnable::run);
    return desk.begin(context(1, BatchStatus.STARTED));
  }

  private void end(BatchStatus status) {
    desk.end(context(1, status));
  }

  private static JobContext context(long execution, BatchStatus status) {
    Map<String, Object> answers =
        Map.of(
            "getExecutionId",
            execution,
            "getInstanceId",
            100 + execution,
            "getJobName",
            JobBook.BACKFILL,
            "getBatchStatus",
            status);
    return (JobContext)
        Proxy.newProxyInstance(
            RunLauncherTest.class.getClassLoader(),
            new Class<?>[] {JobContext.class},
            (proxy, method, arguments) -> answers.get(method.getName()));
  }
}
