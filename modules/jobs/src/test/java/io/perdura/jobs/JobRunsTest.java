package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobRuns.Requester;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What administrators ask for, and are refused. */
class JobRunsTest {
  private static final Requester SOMEBODY = new Requester("somebody", ChangeLog.NONE);
  private static TestDatabase test;
  private static Database database;

  private final JobCatalog catalog = JobCatalog.of(new Counting("count"), new Counting("other"));
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
  void requestIsMadeOnceForAKey() {
    Once once = new Once("default", "admin", "POST /x", "k", "sha");
    RunRequest wish = new RunRequest("count", Map.of(), "because");

    Once.Answer first = runs.request(wish, SOMEBODY, once);
    Once.Answer second = runs.request(wish, SOMEBODY, once);

    assertThat(second.replayed()).isTrue();
    assertThat(second.body().toString()).isEqualTo(first.body().toString());
    assertThat(first.body().at("/run/reason").asText()).isEqualTo("because");
  }

  @Test
  void unknownJobsParametersAndRunsAreRefused() {
    assertRefused(() -> ask("nothing", Map.of()), 404, "unknown_job");
    assertRefused(() -> ask("count", Map.of("to", "0", "too", "1")), 400, "invalid_parameters");
    assertRefused(() -> runs.get("00000000-0000-0000-0000-000000000000"), 404, "unknown_run");
    assertRefused(() -> runs.get("x"), 404, "unknown_run");
    String id = ask("count", Map.of()).get("run_id").asText();
    assertRefused(() -> runs.result(id), 404, "no_result");
    assertRefused(() -> runs.list(Map.of("state", List.of("odd"))), 400, "invalid_request");
    assertRefused(() -> runs.list(Map.of("limit", List.of("0"))), 400, "invalid_request");
  }

  @Test
  void listGoesBackInTime() {
    for (int i = 0; i < 5; i++) {
      ask("count", Map.of("scope", "s" + i));
    }
    JsonNode newest = runs.list(Map.of("limit", List.of("2"))).get("runs");
    String last = newest.get(1).get("run_id").asText();
    JsonNode older =
        runs.list(Map.of("before", List.of(last), "job", List.of("count"))).get("runs");

    assertThat(newest.findValuesAsText("scope")).containsExactly("s4", "s3");
    assertThat(older.findValuesAsText("scope")).containsExactly("s2", "s1", "s0");
    assertThat(runs.list(Map.of("state", List.of("failed"))).get("runs")).isEmpty();
  }

  @Test
  void runsThatWouldChangeTheSameAreRefusedAndWait() {
    String first = ask("count", Map.of("scope", "a")).get("run_id").asText();

    assertThatThrownBy(() -> ask("count", Map.of("scope", "a")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(409);
              assertThat(e.code()).isEqualTo("already_running");
              assertThat(e.body().at("/details/run_id").asText()).isEqualTo(first);
            });
    assertThatThrownBy(() -> ask("count", Map.of())).hasMessageContaining("already");
    ask("count", Map.of("scope", "b"));
    ask("count", Map.of("scope", "a", "dry-run", "true"));
    ask("other", Map.of());
    assertThatThrownBy(() -> ask("other", Map.of("scope", "tenant:t::scope:x")))
        .hasMessageContaining("already");
    assertThatThrownBy(() -> ask("count", Map.of("scope", "a", "dry-run", "true")))
        .hasMessageContaining("already");
  }

  @Test
  void runForAServerIsTakenByThatServer() throws SQLException {
    assertThatThrownBy(() -> ask("count", Map.of("node", "there")))
        .hasMessageContaining("node must be a living server");
    execute(
        "insert into cluster_members (id, role, version, host, schema_version, state)"
            + " values ('there', 'worker', '1', 'h', '1', 'up'), ('door', 'api', '1', 'h', '1', 'up')");
    assertThatThrownBy(() -> ask("count", Map.of("node", "door"))).hasMessageContaining("node");
    ask("count", Map.of("node", "there"));

    assertThat(book.claim("here")).isEmpty();
    assertThat(book.claim("there")).isPresent();
  }

  @Test
  void stopAndRestartMoveARunBetweenItsStates() {
    String id = ask("count", Map.of()).get("run_id").asText();
    RunHandle run = book.claim("here").orElseThrow();
    book.page(run);
    book.page(run);
    assertThatThrownBy(() -> runs.restart(id, SOMEBODY))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("not_restartable"));

    assertThat(runs.stop(id, SOMEBODY).at("/run/state").asText()).isEqualTo("stopping");
    assertThat(book.heldBy("here").getFirst().stop()).isTrue();
    book.stopped(run);
    assertThatThrownBy(() -> runs.stop(id, SOMEBODY))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("not_running"));
    assertThat(runs.restart(id, SOMEBODY).at("/run/state").asText()).isEqualTo("queued");

    RunHandle again = book.claim("there").orElseThrow();
    assertThat(again.state().get("n").asInt()).isEqualTo(1);
    assertThat(again.fence()).isGreaterThan(run.fence());
    runs.stop(id, SOMEBODY);
    book.stopped(again);
    runs.restart(id, SOMEBODY);
    assertThat(runs.stop(id, SOMEBODY).at("/run/state").asText()).isEqualTo("stopped");
  }

  private JsonNode ask(String job, Map<String, String> parameters) {
    return runs.request(new RunRequest(job, parameters, null), SOMEBODY, Once.UNKEYED)
        .body()
        .get("run");
  }

  private static void assertRefused(Runnable call, int status, String code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = test.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
