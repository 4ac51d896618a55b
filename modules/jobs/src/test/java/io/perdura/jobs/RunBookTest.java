package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobRuns.Requester;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunBookTest {
  private static final Requester SOMEBODY = new Requester("somebody", ChangeLog.NONE);
  private static TestDatabase test;
  private static Database database;

  private final Counting counting = new Counting("count");
  private final JobCatalog catalog = JobCatalog.of(counting, new Counting("other"));
  private RunBook book;
  private JobRuns runs;

  @BeforeAll
  static void open() throws SQLException {
    test = TestDatabase.fresh();
    database = new Database(test.dataSource());
    execute("create table effect (n int)");
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void setUp() throws SQLException {
    execute("truncate effect, job_runs, cluster_members");
    book = new RunBook(database, catalog, Clock.systemUTC(), JobMetrics.none());
    runs = new JobRuns(database, catalog);
  }

  @Test
  void pagesAreDoneOnceAndTheRunTellsHowFarItIs() throws SQLException {
    JsonNode asked = ask("count", Map.of("to", "4"));
    assertThat(asked.get("state").asText()).isEqualTo("queued");
    assertThat(asked.get("parameters").toString())
        .isEqualTo("{\"to\":\"4\",\"dry-run\":\"false\"}");
    RunHandle run = book.claim("here").orElseThrow();

    book.page(run);
    book.page(run);
    JsonNode half = run(run);
    assertThat(half.at("/progress/items").asInt()).isEqualTo(1);
    assertThat(half.at("/progress/total").asInt()).isEqualTo(4);
    assertThat(half.get("node").asText()).isEqualTo("here");
    while (!run.isPagesDone()) {
      book.page(run);
    }
    assertThat(book.page(run)).as("there is no page behind the last").isZero();
    assertThat(book.succeed(run, counting.result(run.parameters(), run.state()), "1.2.3")).isTrue();

    JsonNode done = run(run);
    assertThat(done.get("state").asText()).isEqualTo("succeeded");
    assertThat(done.get("verdict").asText()).isEqualTo("PASSED");
    assertThat(done.get("result").get("counted").asInt()).isEqualTo(4);
    assertThat(done.get("result").get("build").asText()).isEqualTo("1.2.3");
    assertThat(done.get("result").get("started_at").asText()).matches("\\d{4}-.*Z");
    assertThat(effects()).isEqualTo("1,2,3,4");
  }

  @Test
  void anotherWorkerGoesOnBehindTheLastPage() throws SQLException {
    ask("count", Map.of("to", "3"));
    RunHandle first = book.claim("here").orElseThrow();
    book.page(first);
    book.page(first);
    assertThat(book.release(book.heldBy("here").getFirst())).isTrue();

    RunHandle second = book.claim("there").orElseThrow();
    while (!second.isPagesDone()) {
      book.page(second);
    }

    assertThat(effects()).isEqualTo("1,2,3");
    assertThat(run(second).get("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void pageOfAWorkerThatLostItsRunMeanwhileHasNoEffect() throws SQLException {
    ask("count", Map.of());
    RunHandle slow = book.claim("here").orElseThrow();
    book.page(slow);
    counting.inPage = () -> assertThat(book.release(book.heldBy("here").getFirst())).isTrue();

    assertThatThrownBy(() -> book.page(slow)).isInstanceOf(RunLostException.class);

    assertThat(effects()).isEmpty();
    counting.inPage = () -> {};
    assertThatThrownBy(() -> book.page(slow)).isInstanceOf(RunLostException.class);
    assertThat(book.succeed(slow, JobResult.passed(Jsons.object()), "1")).isFalse();
    assertThat(book.fail(slow, new IllegalStateException("late"))).isFalse();
    assertThat(book.progress(slow, 99, 100)).isFalse();
    assertThat(book.giveBack(slow, true)).isFalse();
    RunHandle next = book.claim("there").orElseThrow();
    book.page(next);
    assertThat(effects()).isEqualTo("1");
  }

  @Test
  void pageWhoseOutcomeIsUnknownIsNotDoneTwice() throws SQLException {
    ask("count", Map.of());
    RunHandle run = book.claim("here").orElseThrow();
    book.page(run);
    RunHandle unaware = new RunHandle(stored(run), counting);
    book.page(run);

    unaware.doubt("the connection broke while committing");
    book.page(unaware);

    assertThat(effects()).isEqualTo("1,2");
  }

  @Test
  void databaseThatIsAwayIsTroubleThatPasses() {
    ask("count", Map.of());
    RunHandle run = book.claim("here").orElseThrow();
    book.page(run);
    counting.inPage =
        () -> {
          throw new ApiException(503, "database_unavailable", "away");
        };

    assertThatThrownBy(() -> book.page(run)).isInstanceOf(RetryablePageException.class);

    counting.inPage = () -> {};
    assertThat(book.page(run)).isEqualTo(1);
  }

  @Test
  void pageThatIsLeftOutIsCountedAndHasNoEffect() throws SQLException {
    ask("count", Map.of());
    RunHandle run = book.claim("here").orElseThrow();
    book.page(run);
    counting.inPage =
        () -> {
          throw new SkippedPageException(Jsons.object().put("n", 1), 1, false, "a bad row");
        };

    assertThatThrownBy(() -> book.page(run)).isInstanceOf(SkippedPageException.class);

    counting.inPage = () -> {};
    book.page(run);
    assertThat(effects()).isEqualTo("2");
    assertThat(run(run).at("/progress/skipped").asInt()).isEqualTo(1);
  }

  @Test
  void ofTwoWorkersOneGetsARun() throws Exception {
    for (int i = 0; i < 20; i++) {
      ask("count", Map.of("scope", "s" + i));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> counts =
          pool.invokeAll(
              Collections.nCopies(
                  4,
                  () -> {
                    int claimed = 0;
                    while (book.claim("w").isPresent()) {
                      claimed++;
                    }
                    return claimed;
                  }));
      int sum = 0;
      for (Future<Integer> count : counts) {
        sum += count.get();
      }
      assertThat(sum).isEqualTo(20);
    }
    assertThat(texts("select distinct fence from job_runs")).isEqualTo("1");
  }

  @Test
  void runThatMustNotBesideAnotherWaitsForIt() throws SQLException {
    ask("count", Map.of("scope", "a"));
    RunHandle running = book.claim("here").orElseThrow();
    execute(
        "insert into job_runs (job, lane, requested_by) values ('count', 'change *', 'a schedule')");

    assertThat(book.claim("there")).isEmpty();
    book.stopped(running);
    assertThat(book.claim("there")).isPresent();
  }

  @Test
  void runWhoseServersDieBeforeThePageIsGivenUp() {
    String id = ask("count", Map.of()).get("run_id").asText();
    for (int i = 0; i < RunBook.BARREN_ATTEMPTS; i++) {
      assertThat(book.claim("w" + i)).isPresent();
      assertThat(book.release(book.heldBy("w" + i).getFirst())).isTrue();
    }

    assertThat(book.claim("last")).isEmpty();
    JsonNode run = runs.get(id).get("run");
    assertThat(run.get("state").asText()).isEqualTo("failed");
    assertThat(run.get("error").asText()).contains("given up");
    runs.restart(id, SOMEBODY);
    assertThat(book.claim("last")).as("an operator may try again").isPresent();
  }

  @Test
  void executionStartedOutsideGetsARunAndKeepsItOverARestart() {
    JobParameters parameters = counting.definition().check(Map.of());
    RunHandle run = book.adopt("count", parameters, 77, "here");
    assertThat(book.executing(run, 77, 1)).isTrue();
    assertThatThrownBy(() -> book.adopt("count", parameters, 77, "there"))
        .isInstanceOf(RunLostException.class);
    book.page(run);
    book.page(run);
    book.fail(run, new IllegalStateException("broken"));

    RunHandle again = book.adopt("count", parameters, 77, "there");

    assertThat(again.id()).isEqualTo(run.id());
    assertThat(again.state().get("n").asInt()).isEqualTo(1);
  }

  @Test
  void oldRunsAreForgotten() throws SQLException {
    ask("count", Map.of("scope", "a"));
    RunHandle run = book.claim("here").orElseThrow();
    book.stopped(run);
    ask("count", Map.of("scope", "b"));
    execute("update job_runs set created_at = now() - interval '40 days'");
    execute("update job_runs set ended_at = now() - interval '31 days' where state = 'stopped'");

    assertThat(book.forget(30)).isEqualTo(1);
    assertThat(texts("select state from job_runs")).isEqualTo("queued");
  }

  private JsonNode ask(String job, Map<String, String> parameters) {
    return runs.request(new RunRequest(job, parameters, null), SOMEBODY, Once.UNKEYED)
        .body()
        .get("run");
  }

  private JsonNode run(RunHandle run) {
    return runs.get(run.id().toString()).get("run");
  }

  private JobRun stored(RunHandle run) {
    return database.read("look", connection -> RunBookSql.find(connection, run.id())).orElseThrow();
  }

  private static String effects() throws SQLException {
    return texts("select n from effect order by n");
  }

  private static String texts(String sql) throws SQLException {
    StringBuilder texts = new StringBuilder();
    try (Connection connection = test.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.append(texts.isEmpty() ? "" : ",").append(row.getString(1));
      }
    }
    return texts.toString();
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = test.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
