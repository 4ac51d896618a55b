package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every long job that changes data is in the middle of its work, on one server, when that is
 * killed. The other goes on with all of them, and what comes of each is what came of a run that
 * nothing disturbed.
 *
 * <p>A run counts as being in the middle when it waits inside a transaction: its effects are there
 * and not committed, behind at least one page that is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledJobsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** For two at once. */
  private static final Duration STARTED = Duration.ofMinutes(10);

  /** From the death of a server until its runs are under way elsewhere. */
  private static final double TAKEN_OVER_SECONDS = 10;

  private static final String PURGED = "killed-scope-purge";
  private static final int PURGED_NODES = 600;

  /** Runs wait here on the server that will be killed, as long as the test holds the lock. */
  private static final String HOLD =
      """
      create table held (job text, target text, node text, least int);
      create table barred (node text);
      create function hold() returns trigger language plpgsql as $$
      begin
        if old.state = 'queued' and new.state = 'running' and new.node in (select node from barred) then
          return null;
        end if;
        if new.items > old.items and exists (select from held h where h.job = new.job and h.node = new.node
            and h.target in (new.parameters->>'scope', new.parameters->>'tenant-id') and old.items >= h.least) then
          perform pg_advisory_xact_lock_shared(4711);
        end if;
        return new;
      end $$;
      create trigger hold before update on job_runs for each row execute function hold();
      create function hold_purge() returns trigger language plpgsql as $$
      begin
        if old.scope = '%1$s' and (select count(*) from memory_nodes where scope = '%1$s') <= %2$d
            and current_setting('application_name') in (select node from held) then
          perform pg_advisory_xact_lock_shared(4711);
        end if;
        return old;
      end $$;
      create trigger hold_purge before delete on memory_nodes for each row execute function hold_purge();
      create table effect (scope text, what text);
      create function note_effect() returns trigger language plpgsql as $$
      begin
        insert into effect values (new.scope, tg_op || ' ' || coalesce(new.client_id, new.title));
        return null;
      end $$;
      create trigger note_effect after insert or update on memory_nodes for each row execute function note_effect();
      """
          .formatted(PURGED, PURGED_NODES - 250);

  private final TestDatabase database = TestDatabase.fresh();
  private final LibertyServer first = server("first");
  private final LibertyServer second = server("second");

  /** The runs in the disturbed scopes, by job. */
  private final SortedMap<String, String> killed = new TreeMap<>();

  private final SortedMap<String, String> whole = new TreeMap<>();
  private final Map<String, JsonNode> atTheKill = new LinkedHashMap<>();
  private String killedAt;

  private LibertyServer server(String name) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("PERDURA_JOB_SLOTS", "24")
        .with("DB_POOL_MAX", "60")
        .with("EMBEDDING_DIM", Integer.toString(LongJob.DIMENSION))
        .with("TOPIC_CLUSTER_BATCH_SIZE", "20")
        .with("PERDURA_ERASE_CHUNK", "100");
  }

  static Stream<LongJob> jobs() {
    return LongJob.inPages().stream();
  }

  @BeforeAll
  void kill() throws Exception {
    first.launch();
    second.launch();
    first.awaitReady(STARTED);
    second.awaitReady(STARTED);
    first.api().post("/v1/memory/write", "{\"input_text\":\"x\",\"scope\":\"x\"}").ok();
    // The seeds' vectors belong to the generation that the first embedding begins.
    Poll.until(
        "a generation of vectors has begun",
        PATIENCE,
        () -> number("select count(*) from embedding_generations") > 0,
        first::logText);
    for (LongJob job : LongJob.inPages()) {
      execute(job.in(job.whole(), job.seed()));
      execute(job.in(job.killed(), job.seed()));
    }
    seedPurge("whole-scope-purge");
    seedPurge(PURGED);
    execute("analyze");
    execute(HOLD);
    execute("insert into barred values ('" + second.node() + "')");
    for (LongJob job : LongJob.inPages()) {
      whole.put(job.name(), run(job.name(), job.in(job.whole(), job.parameters())));
    }
    whole.put("scope-purge", run("scope-purge", purge("whole-scope-purge")));
    whole.forEach((job, run) -> awaitEnd(first, run));

    try (Connection lock = database.dataSource().getConnection();
        Statement statement = lock.createStatement()) {
      statement.execute("select pg_advisory_lock(4711)");
      for (LongJob job : LongJob.inPages()) {
        execute(
            "insert into held values ('%s', '%s', '%s', %d)"
                .formatted(job.name(), job.killed(), first.node(), job.least()));
      }
      String plan = purge(PURGED);
      for (LongJob job : LongJob.inPages()) {
        killed.put(job.name(), run(job.name(), job.in(job.killed(), job.parameters())));
      }
      killed.put("scope-purge", run("scope-purge", plan));
      Poll.until(
          "every run waits in the middle of its work",
          PATIENCE,
          () ->
              number(
                      "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 4711")
                  == killed.size(),
          () ->
              texts(
                      "select job || ' ' || state || ' ' || items || ' ' || coalesce(error, '') from job_runs order by created_at")
                  + first.logText());
      killed.forEach((job, run) -> atTheKill.put(job, find(first, run)));
      execute("delete from barred");
      killedAt = texts("select clock_timestamp()").getFirst();
      first.kill();
      statement.execute("select pg_advisory_unlock(4711)");
    }
    killed.forEach((job, run) -> awaitEnd(second, run));
    Poll.until(
        "every event is done",
        PATIENCE,
        () -> number("select count(*) from memory_outbox where published_at is null") == 0,
        second::logText);
  }

  @AfterAll
  void stop() {
    first.close();
    second.close();
    database.close();
  }

  /** Nodes of a scope that shall be erased. */
  private void seedPurge(String scope) {
    execute(
        """
        insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values (md5('%1$s')::uuid, '%1$s', '', '', 'seed %1$s');
        insert into memory_nodes (id, scope, client_id, type, memory_lane, text_summary, commit_id)
          select md5('%1$s' || i)::uuid, '%1$s', 'n' || i, 'event', 'shared', 'text', md5('%1$s')::uuid from generate_series(1, %2$d) i;
        """
            .formatted(scope, PURGED_NODES));
  }

  /** Plans a purge; returns the parameters that confirm it. */
  private String purge(String scope) {
    String plan = run("scope-purge", "{\"scope\":\"" + scope + "\",\"dry-run\":\"true\"}");
    awaitEnd(first, plan);
    String token = find(first, plan).at("/result/confirm_token").textValue();
    return Jsons.object()
        .put("scope", scope)
        .put("apply", "true")
        .put("confirm-token", token)
        .toString();
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void whatTheOtherServerEndsIsWhatAnUndisturbedRunMakes(LongJob job) {
    JsonNode before = atTheKill.get(job.name());
    long items = before.at("/progress/items").longValue();
    JsonNode after = find(second, killed.get(job.name()));
    JsonNode undisturbed = find(second, whole.get(job.name()));

    assertThat(items).as("done before the kill").isGreaterThanOrEqualTo(job.least());
    assertThat(items).isLessThan(after.at("/progress/items").longValue());
    assertThat(before.path("node").textValue()).isEqualTo(first.node());
    assertThat(after.path("node").textValue()).isEqualTo(second.node());
    assertThat(after.path("attempts").intValue()).isEqualTo(2);
    assertThat(undisturbed.path("attempts").intValue()).isEqualTo(1);
    assertThat(after.path("verdict")).isEqualTo(undisturbed.path("verdict"));
    assertThat(after.at("/progress/items")).isEqualTo(undisturbed.at("/progress/items"));
    assertThat(figures(after.path("result"))).isEqualTo(figures(undisturbed.path("result")));
    List<String> state = texts(job.in(job.whole(), job.state()));
    assertThat(state).isNotEmpty();
    assertThat(texts(job.in(job.killed(), job.state()))).isEqualTo(state);
    assertThat(effects(job.killed())).as("each item once").isEqualTo(effects(job.whole()));
    assertThat(executions(job.name())).as("restarted, not begun anew").isEqualTo(2);
  }

  @Test
  void aPurgeThatWasInterruptedErasesTheRestAndCountsEachNodeOnce() {
    String removed = "select removed->>'memory_nodes' from erasure_ledger where scope = '%s'";
    assertThat(texts(removed.formatted(PURGED)))
        .isEqualTo(texts(removed.formatted("whole-scope-purge")))
        .containsExactly(Integer.toString(PURGED_NODES));
    JsonNode after = find(second, killed.get("scope-purge"));
    assertThat(after.path("verdict").textValue()).isEqualTo("PASSED");
    assertThat(after.path("node").textValue()).isEqualTo(second.node());
    assertThat(number("select count(*) from memory_nodes where scope = '" + PURGED + "'")).isZero();
  }

  /** By the clock of the database, so that only the service's part counts. */
  @Test
  void runsOfTheDeadServerAreUnderWayElsewhereWithinTenSeconds() {
    Map<String, Double> seconds = new TreeMap<>();
    killed.forEach((job, run) ->
        seconds.put(
            job,
            Double.valueOf(
                texts(
                        "select extract(epoch from attempt_at - '%s'::timestamptz) from job_runs where id = '%s'"
                            .formatted(killedAt, run))
                    .getFirst())));
    System.out.printf("runs were taken over after %s s%n", seconds);
    assertThat(Collections.max(seconds.values())).isBetween(0.0, TAKEN_OVER_SECONDS);
  }

  /** The whole numbers of a result, by their place; ids, times and samples differ. */
  private static SortedMap<String, Long> figures(JsonNode result) {
    SortedMap<String, Long> figures = new TreeMap<>();
    collect("", result, figures);
    return figures;
  }

  private static void collect(String path, JsonNode node, SortedMap<String, Long> figures) {
    if (node.isIntegralNumber()) {
      figures.put(path, node.longValue());
    } else if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(part -> collect(path + "/" + part.getKey(), part.getValue(), figures));
    }
  }

  private List<String> effects(String scope) {
    return texts(
        "select what || ' ' || count(*) from effect where scope = '"
            + scope
            + "' group by what order by what");
  }

  private long executions(String job) {
    return number(
        "select count(*) from wlpjobexecution e join job_runs r on r.instance_id = e.fk_jobinstanceid where r.id = '"
            + killed.get(job)
            + "'");
  }

  /** Queues a run; returns its id. */
  private String run(String job, String parameters) {
    Api.Answer answer =
        first
            .api()
            .post(
                "/v1/admin/control/jobs/" + job + "/runs",
                "{\"parameters\":" + parameters + "}",
                Api.ADMIN);
    assertThat(answer.status()).as(job + ": " + answer.text()).isEqualTo(202);
    return answer.json().at("/run/run_id").asText();
  }

  private static JsonNode find(LibertyServer server, String run) {
    return server.api().get("/v1/admin/control/job-runs/" + run, Api.ADMIN).ok().get("run");
  }

  private static void awaitEnd(LibertyServer server, String run) {
    Poll.until(
        "the run has succeeded",
        PATIENCE,
        () -> find(server, run).path("state").textValue().equals("succeeded"),
        () -> find(server, run) + server.logText());
  }

  private long number(String sql) {
    return Long.parseLong(texts(sql).getFirst());
  }

  private List<String> texts(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (row.next()) {
        texts.add(row.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
