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

/** A job whose slices are partitions, of which two servers with one database do a part each. */
class SlicedJobIT {
  private static final String CONTROL = "/v1/admin/control/";
  private static final int SLICES = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Ten seconds, and as much for a machine that does other things. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(20);

  @Test
  void onlyTheMissingSlicesAreDoneAfterAKillAndAfterAStop() throws Exception {
    Path application = withSlicesJob();
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer first = server("first", database, application);
        LibertyServer second = server("second", database, application)) {
      execute(database, "create table sliced (n int, done boolean)");
      first.start();
      second.start();
      inSlicesTheConsistencyCheckSaysWhatItSaysInOnePiece(first);

      String id = ask(first, SlicesJob.NAME, "{\"slices\":" + SLICES + "}");
      Poll.until("some slices are done", PATIENCE, () -> items(first, id) > 3, first::logText);
      JsonNode running = run(first, id);
      assertThat(running.at("/progress/total").intValue()).isEqualTo(SLICES);
      boolean onFirst = running.get("node").textValue().equals(first.node());
      LibertyServer killed = onFirst ? first : second;
      LibertyServer other = onFirst ? second : first;
      killed.kill();
      long then = System.nanoTime();
      long done = items(other, id);
      Poll.until(
          "the other server does slices",
          TAKEN_OVER,
          () -> items(other, id) > done,
          () -> run(other, id) + other.logText());
      System.out.printf(
          "sliced run had a further slice %d ms after the kill%n",
          (System.nanoTime() - then) / 1_000_000);

      Api.Answer stop = other.api().post(CONTROL + "job-runs/" + id + "/stop", "{}", Api.ADMIN);
      assertThat(stop.status()).as(stop.text()).isEqualTo(202);
      Poll.until("it stopped", PATIENCE, () -> state(other, id).equals("stopped"), other::logText);
      assertThat(items(other, id)).isLessThan(SLICES);
      Api.Answer again = other.api().post(CONTROL + "job-runs/" + id + "/restart", "{}", Api.ADMIN);
      assertThat(again.status()).as(again.text()).isEqualTo(202);
      Poll.until(
          "it is done",
          PATIENCE,
          () -> state(other, id).equals("succeeded"),
          () -> run(other, id) + other.logText());

      JsonNode end = run(other, id);
      assertThat(end.get("verdict").textValue()).isEqualTo("FAILED_GATE");
      assertThat(end.at("/result/seen")).hasSize(SLICES);
      assertThat(end.get("attempts").intValue()).isEqualTo(3);
      assertThat(end.at("/progress/items").intValue()).isEqualTo(SLICES);
      assertThat(text(database, "select count(distinct n) from sliced where done"))
          .isEqualTo(Integer.toString(SLICES));
      assertThat(Integer.parseInt(text(database, "select count(*) from sliced where done")))
          .as("two slices at most were under way when the server died or was stopped")
          .isLessThanOrEqualTo(SLICES + 4);
    }
  }

  private static void inSlicesTheConsistencyCheckSaysWhatItSaysInOnePiece(LibertyServer server) {
    server
        .api()
        .post(
            "/v1/memory/write",
            "{\"scope\":\"sliced\",\"input_text\":\"x\",\"nodes\":[{\"type\":\"event\",\"text_summary\":\"one\"}]}")
        .ok();
    JsonNode whole = check(server, "{\"scope\":\"sliced\",\"check-set\":\"scope\"}");
    JsonNode parted =
        check(
            server, "{\"scope\":\"sliced\",\"check-set\":\"scope\",\"batches\":4,\"parallel\":3}");
    assertThat(parted.at("/result/batch/slices").intValue()).isEqualTo(4);
    assertThat(parted.at("/result/checks")).isEqualTo(whole.at("/result/checks"));
    assertThat(parted.get("verdict")).isEqualTo(whole.get("verdict"));
    assertThat(parted.at("/progress/items").intValue()).isEqualTo(4);
    assertThat(whole.at("/result/batch").isNull()).isTrue();
    assertThat(whole.at("/progress/items").intValue()).isGreaterThan(40);
  }

  private static JsonNode check(LibertyServer server, String parameters) {
    String id = ask(server, "consistency-check", parameters);
    Poll.until(
        "the check is done",
        PATIENCE,
        () -> state(server, id).equals("succeeded"),
        () -> run(server, id) + server.logText());
    return run(server, id);
  }

  private static String ask(LibertyServer server, String job, String parameters) {
    Api.Answer asked =
        server
            .api()
            .post(
                CONTROL + "jobs/" + job + "/runs",
                "{\"parameters\":" + parameters + "}",
                Api.ADMIN);
    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
    return asked.json().at("/run/run_id").textValue();
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
  private static Path withSlicesJob() throws Exception {
    JavaArchive job =
        ShrinkWrap.create(JavaArchive.class, "slices-job.jar")
            .addClass(SlicesJob.class)
            .addAsResource(
                "jobs/slices-test.xml", "META-INF/batch-jobs/" + SlicesJob.NAME + ".xml");
    Path file =
        Files.createDirectories(Path.of(System.getProperty("perdura.it"), "applications"))
            .resolve("slices.ear")
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
