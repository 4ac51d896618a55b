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

  /** From the death of the server that fires until another does. */
  private static final double FIRED_SECONDS = 8;

  /** How long this test looks for it. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

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
      String killedAt = texts(database, "select clock_timestamp()").getFirst();
      killed.kill();
      String gone = texts(database, "select clock_timestamp()").getFirst();
      String last = texts(database, "select max(occurrence_at) from job_runs").getFirst();

      Poll.until(
          "the other server fires",
          TAKEN_OVER,
          () ->
              number(database, "select count(*) from job_runs where occurrence_at > '" + last + "'")
                  > 0,
          other::logText);
      // By the clock of the database: what the other server needed, not when this test looked.
      double seconds =
          Double.parseDouble(
              texts(
                      database,
                      "select extract(epoch from min(created_at) - '%s'::timestamptz) from job_runs where created_at > '%s'"
                          .formatted(killedAt, gone))
                  .getFirst());
      System.out.printf("fired %.1f s after the kill%n", seconds);
      assertThat(seconds).isLessThanOrEqualTo(FIRED_SECONDS);
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
