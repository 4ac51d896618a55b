package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.junit.jupiter.api.Test;

/** A job in pages, of which two servers with one database do a part each. */
class PagedJobIT {
  private static final String CONTROL = "/v1/admin/control/";
  private static final int PAGES = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Ten seconds, and as much for a machine that does other things. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(20);

  @Test
  void aRunGoesOnBehindTheLastPageWhenItsServerIsKilledAndAfterAStop() throws Exception {
    Path application = withCountingJob();
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer first = server("first", database, application);
        LibertyServer second = server("second", database, application)) {
      execute(database, "create table counted (n int)");
      first.start();
      second.start();
      Api.Answer asked =
          first
              .api()
              .post(
                  CONTROL + "jobs/" + CountingJob.NAME + "/runs",
                  "{\"parameters\":{\"to\":" + PAGES + "}}",
                  Api.ADMIN);
      assertThat(asked.status()).as(asked.text()).isEqualTo(202);
      String id = asked.json().at("/run/run_id").textValue();
      Poll.until("some pages are done", PATIENCE, () -> items(first, id) > 10, first::logText);
      JsonNode running = run(first, id);
      assertThat(running.at("/progress/total").intValue()).isEqualTo(PAGES);
      assertThat(running.at("/progress/rate_per_second").doubleValue()).isPositive();
      assertThat(running.at("/progress/eta_seconds").intValue()).isPositive();

      boolean onFirst = running.get("node").textValue().equals(first.node());
      LibertyServer killed = onFirst ? first : second;
      LibertyServer other = onFirst ? second : first;
      killed.kill();
      long then = System.nanoTime();
      long done = Long.parseLong(text(database, "select count(*) from counted"));
      Poll.until(
          "the other server does pages",
          TAKEN_OVER,
          () -> items(other, id) > done,
          () -> run(other, id) + other.logText());
      System.out.printf(
          "paged run went on %d ms after the kill, behind page %d%n",
          (System.nanoTime() - then) / 1_000_000, done);

      Api.Answer stop = other.api().post(CONTROL + "job-runs/" + id + "/stop", "{}", Api.ADMIN);
      assertThat(stop.status()).as(stop.text()).isEqualTo(202);
      Poll.until("it stopped", PATIENCE, () -> state(other, id).equals("stopped"), other::logText);
      long stoppedAt = items(other, id);
      assertThat(stoppedAt).isLessThan(PAGES);
      Api.Answer again = other.api().post(CONTROL + "job-runs/" + id + "/restart", "{}", Api.ADMIN);
      assertThat(again.status()).as(again.text()).isEqualTo(202);
      Poll.until(
          "it is done",
          PATIENCE,
          () -> state(other, id).equals("succeeded"),
          () -> run(other, id) + other.logText());

      assertThat(
              text(
                  database,
                  "select count(*) || ' ' || count(distinct n) || ' ' || max(n) from counted"))
          .as("every page once")
          .isEqualTo(PAGES + " " + PAGES + " " + PAGES);
      assertThat(run(other, id).at("/result/counted").intValue()).isEqualTo(PAGES);
      assertThat(run(other, id).get("attempts").intValue()).isEqualTo(3);
      assertThat(
              text(
                  database,
                  "select count(*) from wlpjobexecution e join job_runs r on r.instance_id = e.fk_jobinstanceid"))
          .as("one instance of the batch runtime, restarted twice")
          .isEqualTo("3");
    }
  }

  private static long items(LibertyServer server, String id) {
    return run(server, id).at("/progress/items").longValue();
  }

  private static String state(LibertyServer server, String id) {
    return run(server, id).get("state").textValue();
  }

  private static JsonNode run(LibertyServer server, String id) {
    return server.api().get(CONTROL + "job-runs/" + id, Api.ADMIN).ok().get("run");
  }

  private static LibertyServer server(String name, TestDatabase database, Path application) {
    return new LibertyServer(name, database.jdbcUrl(), database.user(), database.password())
        .withApplication(application);
  }

  /** The application with one more job in it. */
  private static Path withCountingJob() throws Exception {
    JavaArchive job =
        ShrinkWrap.create(JavaArchive.class, "counting-job.jar")
            .addClass(CountingJob.class)
            .addAsResource(
                "jobs/counting-test.xml", "META-INF/batch-jobs/" + CountingJob.NAME + ".xml");
    Path file =
        Files.createDirectories(Path.of(System.getProperty("perdura.it"), "applications"))
            .resolve("counting.ear")
            .toAbsolutePath();
    ShrinkWrap.createFromZipFile(
            EnterpriseArchive.class, new File(System.getProperty("perdura.ear")))
        .addAsLibrary(job)
        .as(ZipExporter.class)
        .exportTo(file.toFile(), true);
    return file;
  }

  private static String text(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void execute(TestDatabase database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
