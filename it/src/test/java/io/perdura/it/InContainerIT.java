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
import jakarta.inject.Inject;
import java.io.File;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
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
  @Inject Database database;
  @Inject Settings settings;
  @Inject WriteService writes;

  @Deployment
  static EnterpriseArchive application() {
    WebArchive tests =
        ShrinkWrap.create(WebArchive.class, "tests.war")
            .addClasses(InContainerIT.class)
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
  void oneDrainExecutionEmbedsWhatAWriteOwes() throws Exception {
    String scope = "container-" + UUID.randomUUID();
    writes.write(
        WriteRequest.read(
            Jsons.stored(
                "{\"scope\":\""
                    + scope
                    + "\",\"input_text\":\"x\",\"nodes\":[{\"client_id\":\"a\",\"type\":\"event\",\"title\":\"T\"}]}"),
            settings),
        Once.UNKEYED);

    long end = System.nanoTime() + 30_000_000_000L;
    while (!"ready".equals(status(scope)) && System.nanoTime() < end) {
      Thread.sleep(100);
    }

    assertEquals("ready", status(scope));
    JobOperator operator = BatchRuntime.getJobOperator();
    assertEquals(1, operator.getRunningExecutions("outbox-drain").size());
  }

  private String status(String scope) {
    return database.read(
        "status",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "select embedding_status from memory_nodes where scope = '" + scope + "'")) {
            return row.next() ? row.getString(1) : null;
          }
        });
  }

  private static String backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return row.getString(1);
    }
  }
}
