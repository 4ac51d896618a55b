package io.perdura.schema;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of its own for one test class, on a real PostgreSQL 17.
 *
 * <p>{@link #fresh()} needs nothing on the machine: the server comes from a jar. {@link
 * #pgvector()} uses the server that {@value #PGVECTOR_URL} names and skips the test, saying so,
 * when there is none. Either way the schema is migrated once per JVM and copied for each caller;
 * {@link #close()} drops the copy, whoever is still connected.
 */
public final class TestDatabase implements AutoCloseable {
  /**
   * {@code postgres://user:password@host:port/database} of a server with pgvector, user a
   * superuser.
   */
  public static final String PGVECTOR_URL = "PERDURA_TEST_PGVECTOR_URL";

  private static final String PREFIX = "perdura_test_" + ProcessHandle.current().pid() + "_";
  private static final Server EMBEDDED = new Server(TestDatabase::startEmbedded);
  private static final Server PGVECTOR = new Server(TestDatabase::offeredPgvector);

  private final Address server;
  private final String name;

  private TestDatabase(Address server, String name) {
    this.server = server;
    this.name = name;
  }

  /** A migrated database on the embedded server, without pgvector. */
  public static TestDatabase fresh() {
    return EMBEDDED.copyOfTemplate();
  }

  /** A database without any table on the embedded server, for tests of the migration itself. */
  public static TestDatabase empty() {
    return EMBEDDED.empty();
  }

  /**
   * A migrated database on the offered server with pgvector; skips the calling test when none is
   * offered.
   */
  public static TestDatabase pgvector() {
    assumePgvector();
    return PGVECTOR.copyOfTemplate();
  }

  /** As {@link #empty()}, on the offered server with pgvector. */
  public static TestDatabase emptyPgvector() {
    assumePgvector();
    return PGVECTOR.empty();
  }

  /** True when a server with pgvector is offered to this run. */
  public static boolean offersPgvector() {
    String url = System.getenv(PGVECTOR_URL);
    return url != null && !url.isBlank();
  }

  private static void assumePgvector() {
    Assumptions.assumeTrue(
        offersPgvector(),
        PGVECTOR_URL + " names no server with pgvector: start one with .ci/pgvector up");
  }

  /** Connects anew for each call; wrap it in a pool where that matters. */
  public DataSource dataSource() {
    return server.dataSource(name);
  }

  /** The JDBC address, without credentials. */
  public String jdbcUrl() {
    return server.jdbcUrl(name);
  }

  /** The address in the form of {@code DATABASE_URL}, with credentials. */
  public String databaseUrl() {
    return "postgres://%s:%s@%s:%d/%s"
        .formatted(server.user, server.password, server.host, server.port, name);
  }

  public String name() {
    return name;
  }

  public String host() {
    return server.host;
  }

  public int port() {
    return server.port;
  }

  public String user() {
    return server.user;
  }

  public String password() {
    return server.password;
  }

  /** Lets nobody in any more, and ends the sessions that are open; or lets everybody in again. */
  public void shut(boolean shut) {
    server.execute("alter database " + name + " with allow_connections " + !shut);
    if (shut) {
      server.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    }
  }

  @Override
  public void close() {
    server.execute("drop database if exists " + name + " with (force)");
  }

  private static Address startEmbedded() {
    PostgresServer server = PostgresServer.start();
    return new Address(
        "127.0.0.1", server.port(), PostgresServer.USER, server.password(), "postgres");
  }

  private static Address offeredPgvector() {
    URI uri = URI.create(System.getenv(PGVECTOR_URL).trim());
    String[] credentials = uri.getUserInfo().split(":", 2);
    Address address =
        new Address(
            uri.getHost(),
            uri.getPort(),
            credentials[0],
            credentials[1],
            uri.getPath().substring(1));
    address.dropDatabasesOfDeadJvms();
    return address;
  }

  /** A server that is reached, and given its template, on first use. */
  private static final class Server {
    private final Supplier<Address> reach;
    private Address address;
    private String template;

    private Server(Supplier<Address> reach) {
      this.reach = reach;
    }

    private synchronized Address address() {
      if (address == null) {
        address = reach.get();
      }
      return address;
    }

    private TestDatabase empty() {
      return create("template0");
    }

    private synchronized TestDatabase copyOfTemplate() {
      if (template == null) {
        TestDatabase migrated = empty();
        try {
          new Migrator(migrated.dataSource()).migrate();
        } catch (SQLException e) {
          throw new IllegalStateException("test template could not be migrated", e);
        }
        template = migrated.name;
        Runtime.getRuntime().addShutdownHook(new Thread(this::dropTemplate, "drop-template"));
      }
      return create(template);
    }

    private void dropTemplate() {
      try {
        address.execute("drop database if exists " + template + " with (force)");
      } catch (IllegalStateException e) {
        // The embedded server may be gone already, and the template with it.
      }
    }

    private TestDatabase create(String from) {
      String name = PREFIX + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
      // File copy: with fsync off its checkpoint costs less than writing the copy through the log.
      address().execute("create database " + name + " template " + from + " strategy file_copy");
      return new TestDatabase(address(), name);
    }
  }

  private record Address(String host, int port, String user, String password, String admin) {
    String jdbcUrl(String database) {
      return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    DataSource dataSource(String database) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(jdbcUrl(database));
      source.setUser(user);
      source.setPassword(password);
      return source;
    }

    void execute(String sql) {
      try (Connection connection = DriverManager.getConnection(jdbcUrl(admin), user, password);
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException("test server refused: " + sql, e);
      }
    }

    void dropDatabasesOfDeadJvms() {
      List<String> dead = new ArrayList<>();
      try (Connection connection = DriverManager.getConnection(jdbcUrl(admin), user, password);
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "select datname from pg_database where datname ~ '^perdura_test_[0-9]+_'")) {
        while (rows.next()) {
          long pid = Long.parseLong(rows.getString(1).split("_", 4)[2]);
          if (ProcessHandle.of(pid).isEmpty()) {
            dead.add(rows.getString(1));
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(
            PGVECTOR_URL + " names a server that does not answer: " + jdbcUrl(admin), e);
      }
      for (String name : dead) {
        execute("drop database if exists " + name + " with (force)");
      }
    }
  }
}
