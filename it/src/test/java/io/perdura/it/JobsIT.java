package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Two servers of one host share a database, and one is killed in the middle of its work. */
class JobsIT {
  private static final int OLD_NODES = 400;
  private static final int NEW_NODES = 500;
  private static final int PAGE = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * From the kill until the other server has gone on: at most 6 s until the heartbeat is too old,
   * three looks a second apart, and the restart.
   */
  private static final double TAKEN_OVER_SECONDS = 10;

  /** How long this test looks for it. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

  /** Counts what is stored, in the transaction that stores it. */
  private static final String COUNTED =
      """
      create table effect (generation_id int, node_id uuid);
      create function count_effect() returns trigger language plpgsql as $$
      begin
        insert into effect values (new.generation_id, new.node_id);
        return null;
      end $$;
      create trigger count_effect after insert or update of embedding on memory_vectors
        for each row execute function count_effect()\
      """;

  @Test
  void anotherServerGoesOnWithTheWorkOfAKilledOne() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer first = server("first", database);
        LibertyServer second = server("second", database);
        Connection gate = database.dataSource().getConnection()) {
      rememberByAnOlderModel(database);
      execute(database, COUNTED);
      first.start();
      second.start();
      eachDrainsUnderItsOwnId(database, first, second);

      String run = backfill(first);
      Poll.until(
          "a part of the vectors is new", PATIENCE, () -> newVectors(database) > OLD_NODES / 10);
      // Either may have taken it.
      LibertyServer killed = number(database, takenBy(run, first)) == 1 ? first : second;
      LibertyServer other = killed == first ? second : first;
      // From here every store waits in the middle of its transaction.
      gate.setAutoCommit(false);
      execute(gate, "lock table memory_vectors in share row exclusive mode");
      write(killed, NEW_NODES);
      Poll.until(
          "the backfill and the drain are in the middle of a chunk",
          PATIENCE,
          () -> waiting(database, killed) >= 2 && claimed(database, killed) > 0);
      String killedAt = texts(database, "select clock_timestamp()").getFirst();
      killed.kill();
      gate.rollback();

      Poll.until(
          "the other server has gone on with the backfill",
          TAKEN_OVER,
          () -> number(database, takenBy(run, other)) == 1,
          other::logText);
      // By the clock of the database: what the other server needed, not when this test looked.
      double seconds =
          Double.parseDouble(
              texts(
                      database,
                      "select extract(epoch from attempt_at - '%s'::timestamptz) from job_runs where id = '%s'"
                          .formatted(killedAt, run))
                  .getFirst());
      System.out.printf("taken over %.1f s after the kill%n", seconds);
      assertThat(seconds).isLessThanOrEqualTo(TAKEN_OVER_SECONDS);
      Poll.until(
          "the killed server holds nothing any more",
          TAKEN_OVER,
          () -> claimed(database, killed) == 0);
      Poll.until(
          "all is done",
          PATIENCE,
          () ->
              number(database, takenBy(run, other) + " and state = 'succeeded'") == 1
                  && number(
                          database, "select count(*) from memory_outbox where published_at is null")
                      == 0,
          other::logText);

      nothingIsLost(database);
      nothingIsDoubled(database, run);
      aDeadEventIsReplayed(database, other);
    }
  }

  /** Were the id one and the same, the later server would mark the other's execution as failed. */
  private static void eachDrainsUnderItsOwnId(
      TestDatabase database, LibertyServer first, LibertyServer second) {
    for (LibertyServer server : List.of(first, second)) {
      Poll.until(
          server.node() + " drains",
          PATIENCE,
          () -> number(database, drains(server)) == 1,
          server::logText);
    }
    assertThat(texts(database, "select distinct serverid from wlpjobexecution order by 1"))
        .hasSize(2)
        .anyMatch(id -> id.contains(first.node()))
        .anyMatch(id -> id.contains(second.node()));
    for (LibertyServer server : List.of(first, second)) {
      assertThat(number(database, drains(server))).isEqualTo(1);
    }
  }

  private static void nothingIsLost(TestDatabase database) {
    assertThat(newVectors(database)).isEqualTo(OLD_NODES);
    assertThat(number(database, "select count(*) from memory_vectors where generation_id = 1"))
        .isZero();
    assertThat(
            number(
                database,
                "select count(*) from memory_nodes n join memory_vectors v on v.node_id = n.id"
                    + " where n.scope = 'new' and n.type = 'event' and n.embedding_status = 'ready'"))
        .isEqualTo(NEW_NODES);
    assertThat(number(database, "select count(*) from memory_outbox where failed_at is not null"))
        .isZero();
  }

  private static void nothingIsDoubled(TestDatabase database, String run) {
    assertThat(
            number(
                database,
                "select count(*) from (select 1 from effect e join memory_nodes n on n.id = e.node_id"
                    + " where n.type = 'event' group by e.generation_id, e.node_id having count(*) > 1) x"))
        .as("vectors that were stored twice")
        .isZero();
    assertThat(
            number(
                database,
                "select count(*) from memory_nodes where scope = 'new' and type = 'event' and embedding_attempts <> 1"))
        .as("events whose embedding took effect twice")
        .isZero();
    assertThat(
            number(
                database,
                "select (result ->> 'embedded')::int from job_runs where id = '" + run + "'"))
        .as("what both servers did together")
        .isEqualTo(OLD_NODES);
    assertThat(
            number(
                database,
                "select count(*) from wlpjobexecution e join job_runs r on r.instance_id = e.fk_jobinstanceid"
                    + " where r.id = '"
                    + run
                    + "'"))
        .as("the execution was restarted, not begun anew")
        .isEqualTo(2);
  }

  /** A job of one piece: its report is kept with the execution. */
  private static void aDeadEventIsReplayed(TestDatabase database, LibertyServer server) {
    long event = number(database, "select min(id) from memory_outbox");
    execute(
        database,
        "update memory_outbox set published_at = null, failed_at = now(), failed_reason = 'test' where id = "
            + event);
    String run =
        run(server, "outbox-replay", "{\"id\":" + event + ",\"reason\":\"it was mended\"}");
    Poll.until(
        "the event is published again",
        PATIENCE,
        () ->
            number(
                    database,
                    "select count(*) from memory_outbox where published_at is not null and id = "
                        + event)
                == 1,
        server::logText);
    String path = "/v1/admin/control/job-runs/" + run;
    Poll.until(
        "the run has a result",
        PATIENCE,
        () -> server.api().get(path + "/result", Api.ADMIN).json().at("/replayed").asInt() == 1,
        () -> server.api().get(path, Api.ADMIN).text());
    JsonNode done = server.api().get(path, Api.ADMIN).json().get("run");
    assertThat(done.get("state").asText()).isEqualTo("succeeded");
    assertThat(done.get("verdict").asText()).isEqualTo("PASSED");
    assertThat(
            texts(
                database,
                "select e.exitstatus from wlpjobexecution e join job_runs r on r.execution_id = e.jobexecid where r.id = '"
                    + run
                    + "'"))
        .containsExactly("PASSED");
  }

  /** Queues a run; returns its id. */
  private static String run(LibertyServer server, String job, String parameters) {
    Api.Answer answer =
        server
            .api()
            .post(
                "/v1/admin/control/jobs/" + job + "/runs",
                "{\"parameters\":" + parameters + "}",
                Api.ADMIN);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.json().at("/run/run_id").asText();
  }

  /** Nodes with vectors of a model that no server is configured for. */
  private static void rememberByAnOlderModel(TestDatabase database) {
    UUID commit = UUID.randomUUID();
    execute(database, "insert into embedding_generations (model, dimension) values ('older', 3)");
    execute(
        database,
        "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values ('%s', 'old', '', '', 'old')"
            .formatted(commit));
    execute(
        database,
        """
        insert into memory_nodes (id, scope, type, memory_lane, text_summary, embedding_model, commit_id)
        select gen_random_uuid(), 'old', 'event', 'shared', 'fact ' || i, 'older', '%s' from generate_series(1, %d) i\
        """
            .formatted(commit, OLD_NODES));
    execute(
        database,
        """
        insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane)
        select 1, id, scope, '{1,0,0}', true, type, memory_lane from memory_nodes\
        """);
    execute(database, "insert into embedding_scopes (scope, generation_id) values ('old', 1)");
  }

  private static LibertyServer server(String name, TestDatabase database) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .with("PERDURA_OUTBOX_PARTITIONS", "2")
        .with("RATE_LIMIT_ENABLED", "false")
        .with("TENANT_QUOTA_ENABLED", "false");
  }

  private static String backfill(LibertyServer server) {
    return run(
        server, "embedding-generation-backfill", "{\"scope\":\"old\",\"page\":" + PAGE + "}");
  }

  private static void write(LibertyServer server, int nodes) {
    for (int i = 0; i < nodes; i += 20) {
      StringBuilder list = new StringBuilder();
      for (int j = i; j < i + 20; j++) {
        list.append(j == i ? "" : ",")
            .append(
                "{\"client_id\":\"%d\",\"type\":\"event\",\"text_summary\":\"news %d\"}"
                    .formatted(j, j));
      }
      server
          .api()
          .post(
              "/v1/memory/write",
              "{\"scope\":\"new\",\"input_text\":\"%d\",\"memory_lane\":\"shared\",\"nodes\":[%s]}"
                  .formatted(i, list))
          .ok();
    }
  }

  private static long newVectors(TestDatabase database) {
    return number(
        database,
        "select count(*) from memory_vectors where scope = 'old' and type = 'event' and generation_id > 1");
  }

  /** Transactions of the server that wait for the lock on the vectors. */
  private static long waiting(TestDatabase database, LibertyServer server) {
    return number(
        database,
        "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid"
            + " where not l.granted and l.relation = 'memory_vectors'::regclass and a.application_name = '"
            + server.node()
            + "'");
  }

  private static long claimed(TestDatabase database, LibertyServer server) {
    return number(
        database,
        "select count(*) from memory_outbox where starts_with(claimed_by, '"
            + server.node()
            + "/')");
  }

  private static String drains(LibertyServer server) {
    return executions("i.jobname = 'outbox-drain' and e.batchstatus = 1", server);
  }

  /** Counts the run if {@code server} has it, or had it last. */
  private static String takenBy(String run, LibertyServer server) {
    return "select count(*) from job_runs where id = '"
        + run
        + "' and node = '"
        + server.node()
        + "'";
  }

  private static String executions(String condition, LibertyServer server) {
    return "select count(*) from wlpjobexecution e join wlpjobinstance i on i.jobinstanceid = e.fk_jobinstanceid"
        + " join wlpjobparameter p on p.fk_jobexecid = e.jobexecid and p.name = 'perdura.node'"
        + " where p.value = '"
        + server.node()
        + "' and "
        + condition;
  }

  private static long number(TestDatabase database, String sql) {
    return Long.parseLong(texts(database, sql).getFirst());
  }

  private static List<String> texts(TestDatabase database, String sql) {
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

  private static void execute(TestDatabase database, String sql) {
    try (Connection connection = database.dataSource().getConnection()) {
      execute(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
