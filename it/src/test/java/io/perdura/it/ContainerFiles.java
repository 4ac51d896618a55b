package io.perdura.it;

import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.arquillian.container.spi.event.container.AfterStop;
import org.jboss.arquillian.container.spi.event.container.BeforeStart;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.LoadableExtension;

/**
 * Lays out the managed Liberty's user directory before Arquillian starts it: our own server
 * configuration around the test's deployment, the JDBC driver, and the address of a fresh database.
 */
public final class ContainerFiles implements LoadableExtension {
  @Override
  public void register(ExtensionBuilder builder) {
    try {
      // Arquillian checks that it is there before it starts anything.
      Files.createDirectories(userDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    builder.observer(Layout.class);
  }

  private static Path userDirectory() {
    return Path.of(System.getProperty("perdura.it"), "arquillian", "usr");
  }

  /** Observes the container's life. Public because Arquillian makes it. */
  public static final class Layout {
    private TestDatabase database;

    /** Writes the files. */
    public void write(@Observes BeforeStart event) throws IOException {
      database = TestDatabase.fresh();
      Path usr = userDirectory();
      Path server = Files.createDirectories(usr.resolve("servers/it"));
      Path jdbc = Files.createDirectories(usr.resolve("shared/resources/jdbc"));
      Path wlp = Path.of(System.getProperty("perdura.wlp"));
      copyAll(wlp.resolve("usr/shared/resources/jdbc"), jdbc);
      copyAll(wlp.resolve("usr/servers/perdura"), server);
      Files.writeString(server.resolve("server.xml"), serverXml(server.resolve("state")));
    }

    /** Drops the database. */
    public void drop(@Observes AfterStop event) {
      if (database != null) {
        database.close();
      }
    }

    private String serverXml(Path state) {
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put("PORT", "4301");
      variables.put("PERDURA_MGMT_PORT", "4302");
      variables.put("PERDURA_DB_URL", database.jdbcUrl());
      variables.put("PERDURA_DB_USER", database.user());
      variables.put("PERDURA_DB_PASSWORD", database.password() == null ? "" : database.password());
      variables.put("PERDURA_STATE_DIR", state.toString());
      variables.put("PERDURA_NODE_ID", "it-container");
      variables.put("APP_ENV", "ci");
      variables.put("EMBEDDING_PROVIDER", "fake");
      variables.put("EMBEDDING_DIM", "1536");
      variables.put("PERDURA_RECALL_ARMS", "vector");
      variables.put("RATE_LIMIT_ENABLED", "false");
      variables.put("TENANT_QUOTA_ENABLED", "false");
      variables.put(
          "PERDURA_OUTBOX_RENEW_EVENTS", Integer.toString(CheckpointExperiment.RENEW_EVENTS));
      StringBuilder xml =
          new StringBuilder(
              "<server>\n  <featureManager><feature>localConnector-1.0</feature></featureManager>\n  <include location=\"common.xml\"/>\n");
      variables.forEach((name, value) ->
          xml.append("  <variable name=\"")
              .append(name)
              .append("\" value=\"")
              .append(value.replace("&", "&amp;"))
              .append("\"/>\n"));
      xml.append(
          """
            <dataSource id="second" jndiName="jdbc/second" type="javax.sql.DataSource">
              <jdbcDriver libraryRef="postgresql"/>
              <properties.postgresql URL="${PERDURA_DB_URL}" user="${PERDURA_DB_USER}" password="${PERDURA_DB_PASSWORD}"/>
            </dataSource>
          """);
      return xml.append("  <config updateTrigger=\"polled\" monitorInterval=\"200ms\"/>\n")
          .append(
              "  <applicationMonitor updateTrigger=\"polled\" pollingRate=\"200ms\" dropinsEnabled=\"false\"/>\n")
          .append("</server>\n")
          .toString();
    }

    private static void copyAll(Path from, Path to) throws IOException {
      try (var files = Files.list(from)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
