package io.perdura.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.memory.WriteRequest;
import io.perdura.memory.WriteService;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.io.File;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.Testable;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * What only the container can show: injection, its pool, its batch runtime, inside the real EAR.
 */
@ArquillianTest
class InContainerIT {
  /** Effects whose transaction wrote no checkpoint. */
  private static final String WITHOUT_CHECKPOINT =
      "select count(*) from experiment_effect e where mode = '%s'"
          + " and not exists (select from experiment_checkpoint c where c.xid = e.xid)";

  @Inject Database database;
  @Inject Settings settings;
  @Inject WriteService writes;

  @Deployment
  static EnterpriseArchive application() {
    WebArchive tests =
        ShrinkWrap.create(WebArchive.class, "tests.war")
            .addClasses(
                InContainerIT.class,
                CheckpointExperiment.class,
                CheckpointExperiment.Reader.class,
                CheckpointExperiment.Writer.class,
                CheckpointExperiment.Outside.class)
            .addAsResource(
                "experiment/checkpoint-experiment.xml",
                "META-INF/batch-jobs/checkpoint-experiment.xml")
            .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    return ShrinkWrap.createFromZipFile(
            EnterpriseArchive.class, new File(System.getProperty("perdura.ear")))
        .addAsModule(Testable.archiveToTest(tests))
        .setApplicationXML(
            new StringAsset(
                """
                <application xmlns="https://jakarta.ee/xml/ns/jakartaee" version="10">
                  <application-name>perdura</application-name>
                  <initialize-in-order>true</initialize-in-order>
                  <module><web><web-uri>api.war</web-uri><context-root>/</context-root></web></module>
                  <module><web><web-uri>batch-jobs.war</web-uri><context-root>/batch-jobs</context-root></web></module>
                  <module><web><web-uri>tests.war</web-uri><context-root>/tests</context-root></web></module>
                  <library-directory>lib</library-directory>
                </application>
                """));
  }

  @Test
  void transactionsOfThePoolAreApartFromEachOther() {
    String outer = database.transaction("outer", tx -> backend(tx.connection()));
    assertTrue(Integer.parseInt(outer) > 0);

    database.transaction(
        "outer",
        tx -> {
          String mine = backend(tx.connection());
          String other = database.read("inner", InContainerIT::backend);
          assertNotEquals(mine, other, "a connection in a transaction must not be shared");
          return null;
        });
  }

  @Test
  void settingsComeFromTheServersConfiguration() {
    assertEquals("ci", settings.get(CoreSettings.APP_ENV));
  }

  @Test
  void oneLongExecutionDrainsInChunksAndIsRenewedByCount() throws Exception {
    String scope = "container-" + UUID.randomUUID();
    long first = drain();

    for (int i = 0; i < 3; i++) {
      write(scope, 1);
      awaitEmbedded(scope, i + 1);
    }
    assertEquals(first, drain(), "events must share an execution");
    assertEquals(2, sum("1", first), "it runs in two partitions");

    int many = 3 * CheckpointExperiment.RENEW_EVENTS;
    for (int i = 0; i < many; i++) {
      write(scope, 1);
    }
    awaitEmbedded(scope, many + 3);
    await("the execution is renewed", () -> !List.of(first).equals(running()));
    await("a new one runs", () -> running().size() == 1);
    assertEquals(
        BatchStatus.COMPLETED,
        BatchRuntime.getJobOperator().getJobExecution(first).getBatchStatus());
    // Each chunk is a claim of at most 20 events and a checkpoint.
    long events = sum("m_write", first);
    long chunks = sum("m_commit", first);
    assertTrue(
        events >= CheckpointExperiment.RENEW_EVENTS, "events of the first execution: " + events);
    assertTrue(chunks >= 3 + CheckpointExperiment.RENEW_EVENTS / 20, "its chunks: " + chunks);
  }

  @Test
  void effectsOnTheContainersDataSourceCommitWithTheCheckpoint() throws Exception {
    database.transaction("tables", tx -> execute(tx.connection(), CheckpointExperiment.TABLES));

    long execution = experiment("inside", CheckpointExperiment.CHUNK * 2);

    assertEquals(BatchStatus.FAILED, ended(execution));
    assertEquals(
        CheckpointExperiment.CHUNK * 2, effects("inside"), "the failed chunk left nothing");
    resume(execution, "inside");
    assertEquals(CheckpointExperiment.ITEMS, effects("inside"), "nothing was done twice");
    assertEquals(0, number(WITHOUT_CHECKPOINT.formatted("inside")));
  }

  @Test
  void effectsOfTransactionsOfTheirOwnAreRepeatedUnlessAKeyKeepsThem() throws Exception {
    database.transaction("tables", tx -> execute(tx.connection(), CheckpointExperiment.TABLES));

    long execution = experiment("apart", CheckpointExperiment.CHUNK * 2);

    assertEquals(BatchStatus.FAILED, ended(execution));
    assertEquals(
        CheckpointExperiment.CHUNK * 3, effects("apart"), "the failed chunk's effect stays");
    resume(execution, "apart");
    assertEquals(
        CheckpointExperiment.ITEMS + CheckpointExperiment.CHUNK,
        effects("apart"),
        "one chunk twice");
    assertEquals(effects("apart"), number(WITHOUT_CHECKPOINT.formatted("apart")));
  }

  @Test
  void secondDataSourceCannotTakePartInAChunk() throws Exception {
    database.transaction("tables", tx -> execute(tx.connection(), CheckpointExperiment.TABLES));

    assertEquals(BatchStatus.FAILED, ended(experiment("second", -1)));
    assertEquals(0, effects("second"));
  }

  /** Adds up what the partitions of an execution count. */
  private long sum(String column, long execution) {
    return number(
        "select sum("
            + column
            + ") from wlpstepthreadexecution"
            + " where partnum >= 0 and fk_jobexecid = "
            + execution);
  }

  private static long experiment(String mode, int failAt) {
    Properties parameters = new Properties();
    parameters.setProperty("mode", mode);
    parameters.setProperty("failAt", Integer.toString(failAt));
    return BatchRuntime.getJobOperator().start("checkpoint-experiment", parameters);
  }

  private static void resume(long execution, String mode) throws Exception {
    Properties parameters = new Properties();
    parameters.setProperty("mode", mode);
    long resumed = BatchRuntime.getJobOperator().restart(execution, parameters);
    assertEquals(BatchStatus.COMPLETED, ended(resumed));
  }

  private static BatchStatus ended(long execution) throws Exception {
    JobOperator operator = BatchRuntime.getJobOperator();
    await(
        "execution " + execution + " ends",
        () ->
            EnumSet.of(BatchStatus.COMPLETED, BatchStatus.FAILED)
                .contains(operator.getJobExecution(execution).getBatchStatus()));
    return operator.getJobExecution(execution).getBatchStatus();
  }

  private long effects(String mode) {
    return number("select count(*) from experiment_effect where mode = '" + mode + "'");
  }

  private static long drain() throws Exception {
    await("one drain runs", () -> running().size() == 1);
    return running().get(0);
  }

  private static List<Long> running() {
    return BatchRuntime.getJobOperator().getRunningExecutions("outbox-drain");
  }

  private void write(String scope, int nodes) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < nodes; i++) {
      list.append(i == 0 ? "" : ",")
          .append("{\"client_id\":\"")
          .append(UUID.randomUUID())
          .append("\",\"type\":\"event\",\"title\":\"T\"}");
    }
    String body = "{\"scope\":\"" + scope + "\",\"input_text\":\"x\",\"nodes\":[" + list + "]}";
    writes.write(WriteRequest.read(Jsons.stored(body), settings), Once.UNKEYED);
  }

  private void awaitEmbedded(String scope, int nodes) throws Exception {
    String ready =
        "select count(*) from memory_nodes where type = 'event' and embedding_status = 'ready' and scope = '"
            + scope
            + "'";
    await(nodes + " nodes are embedded", () -> number(ready) == nodes);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "in a minute it did not happen that " + what);
      Thread.sleep(100);
    }
  }

  private long number(String sql) {
    return database.read(
        "number",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  private static Void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return null;
  }

  private static String backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return row.getString(1);
    }
  }
}
