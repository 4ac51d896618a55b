package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two servers that run jobs, and one of them is killed while it fires schedules. */
class SchedulerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Eight seconds, and as much for a machine that does other things. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(16);

  @Test
  void schedulesAreFiredByTheOtherServerWhenTheirsIsKilled() throws Exception {
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer first = server("first", database);
        LibertyServer second = server("second", database)) {
      first.start();
      second.start();
      Api.Answer made =
          first
              .api()
              .post(
                  "/v1/admin/control/job-schedules",
                  "{\"name\":\"often\",\"job\":\"outbox-replay\",\"interval_seconds\":2,\"missed_fire\":\"all\","
                      + "\"parameters\":{\"all-failed\":true,\"dry-run\":true,\"reason\":\"a test\"}}",
                  Api.ADMIN);
      assertThat(made.status()).as(made.text()).isEqualTo(200);
      Poll.until(
          "some occurrences were fired",
          PATIENCE,
          () -> number(database, "select count(*) from job_runs where state = 'succeeded'") > 2,
          first::logText);
      String owner = texts(database, "select owner from job_scheduler").getFirst();
      LibertyServer killed = owner.startsWith(first.node() + "/") ? first : second;
      LibertyServer other = killed == first ? second : first;
      killed.kill();
      long then = System.nanoTime();
      String last = texts(database, "select max(occurrence_at) from job_runs").getFirst();

      Poll.until(
          "the other server fires",
          TAKEN_OVER,
          () ->
              number(database, "select count(*) from job_runs where occurrence_at > '" + last + "'")
                  > 0,
          other::logText);
      System.out.printf("fired %d ms after the kill%n", (System.nanoTime() - then) / 1_000_000);
      Poll.until(
          "the occurrences after that were run, too",
          PATIENCE,
          () ->
              number(
                      database,
                      "select count(*) from job_runs where state = 'succeeded' and node = '"
                          + other.node()
                          + "' and occurrence_at > '"
                          + last
                          + "'")
                  > 3,
          other::logText);

      assertThat(
              texts(
                  database,
                  "select distinct occurrence_at - lag(occurrence_at) over (order by occurrence_at) from job_runs"
                      + " order by 1 nulls last limit 2"))
          .as("each occurrence once, and none left out")
          .containsExactly("00:00:02", null);
      assertThat(number(database, "select epoch from job_scheduler")).isGreaterThan(1);
    }
  }

  private static LibertyServer server(String name, TestDatabase database) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password());
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
}
