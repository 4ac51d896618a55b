package io.perdura.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The PostgreSQL of the standalone tier: one server on loopback whose data lives in the state
 * directory.
 *
 * <p>Acknowledged commits survive a crash of the machine (fsync stays on). The application's role
 * owns its database and is not a superuser. Passwords are random, kept in the state directory for
 * its owner only.
 */
public final class EmbeddedPostgres {
  private static final String ADMIN = "postgres";
  private static final String APPLICATION = "perdura";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LOG_LINES = 15;
  private static final long LARGEST_LOG = 10L * 1024 * 1024;
  private static final int PASSWORD_BYTES = 24;

  private final StateDirectory state;
  private final OsUser user;

  public EmbeddedPostgres(StateDirectory state, Environment environment) {
    this.state = state;
    this.user = OsUser.forData(state.resolve("data"), environment);
  }

  /** True when this command line carries a PostgreSQL for this machine. */
  public static boolean isAvailable() {
    return PostgresBinaries.areAvailable();
  }

  public boolean isUnpacked() {
    return PostgresBinaries.areUnpacked(state);
  }

  public void unpack() {
    PostgresBinaries.unpack(state);
  }

  public boolean isInitialised() {
    return Files.exists(data().resolve("PG_VERSION"));
  }

  public Path log() {
    return state.resolve("logs").resolve("database").resolve("database.log");
  }

  /** Process id of the running server. */
  public OptionalLong pid() {
    List<String> lines = pidFile();
    if (lines.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long pid = Long.parseLong(lines.getFirst().trim());
      return isOurs(pid) ? OptionalLong.of(pid) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Port of the running server; its own record is the truth. */
  public int port() {
    List<String> lines = pidFile();
    return lines.size() > 3 ? Integer.parseInt(lines.get(3).trim()) : 0;
  }

  /** How the application reaches the running server. */
  public DatabaseUrl url() {
    return new DatabaseUrl(
        "jdbc:postgresql://127.0.0.1:" + port() + "/" + APPLICATION,
        APPLICATION,
        secret("application"),
        "");
  }

  /**
   * Makes the cluster; an attempt that was cut short leaves nothing that a later one trips over.
   */
  public void initialise() {
    Path partial = state.resolve("data.new");
    Path passwordFile = state.resolve("data.password");
    try {
      user.requireAccess(state.root());
      StateDirectory.deleteTree(partial);
      Files.createDirectory(partial);
      user.own(partial);
      ObjectNode secrets = Jsons.MAPPER.createObjectNode();
      secrets.put("admin", randomPassword()).put("application", randomPassword());
      state.write("database-secrets", secrets);
      state.writePrivately(passwordFile, secrets.get("admin").asText() + "\n");
      user.own(passwordFile);
      run(
          List.of(
              program("initdb"),
              "--pgdata=" + partial,
              "--username=" + ADMIN,
              "--pwfile=" + passwordFile,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale-provider=builtin",
              "--locale=C.UTF-8",
              "--no-instructions"),
          "The embedded PostgreSQL could not create its database.");
      Files.deleteIfExists(passwordFile);
      Files.move(partial, data(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  /** Starts the server and makes sure role and database exist. */
  public void start() {
    try {
      removeStalePidFile();
      Path directory = Files.createDirectories(log().getParent());
      user.own(directory);
      if (Files.exists(log()) && Files.size(log()) > LARGEST_LOG) {
        Files.move(
            log(), log().resolveSibling("database.log.1"), StandardCopyOption.REPLACE_EXISTING);
      }
      writeConfiguration();
      run(
          List.of(
              program("pg_ctl"),
              "start",
              "--pgdata=" + data(),
              "--log=" + log(),
              "--wait",
              "--timeout=" + LIMIT.toSeconds(),
              "--silent",
              "--options=-p " + choosePort()),
          "The embedded PostgreSQL did not start.");
      createApplicationDatabase();
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  /**
   * The port of the last start when it is free still: a server that outlived the database knows it.
   */
  private int choosePort() {
    int last = lastPort();
    int port = last > 0 && Ports.isFree(last) ? last : Ports.anyFree();
    state.write("database", Jsons.MAPPER.createObjectNode().put("port", port));
    return port;
  }

  /** The port that the last start chose, 0 when there was none. */
  public int lastPort() {
    return state.record("database").map(record -> record.path("port").asInt()).orElse(0);
  }

  /** Stops the server; open transactions are rolled back. */
  public void stop() {
    if (pid().isEmpty()) {
      return;
    }
    try {
      run(
          List.of(
              program("pg_ctl"),
              "stop",
              "--pgdata=" + data(),
              "--mode=fast",
              "--wait",
              "--timeout=" + LIMIT.toSeconds(),
              "--silent"),
          "The embedded PostgreSQL did not stop.");
    } catch (IOException e) {
      throw state.unusable(e);
    }
  }

  private void writeConfiguration() throws IOException {
    Path file = data().resolve("perdura.conf");
    Files.writeString(file, PostgresSettings.TEXT);
    user.own(file);
    Path main = data().resolve("postgresql.conf");
    String text = Files.readString(main);
    String include = "include 'perdura.conf'";
    if (!text.contains(include)) {
      Files.writeString(main, text + "\n" + include + "\n");
      user.own(main);
    }
  }

  private void createApplicationDatabase() {
    DatabaseUrl admin =
        new DatabaseUrl(
            "jdbc:postgresql://127.0.0.1:" + port() + "/postgres", ADMIN, secret("admin"), "");
    try (Connection connection = Databases.connect(admin);
        Statement statement = connection.createStatement()) {
      if (!exists(statement, "select 1 from pg_roles where rolname = '" + APPLICATION + "'")) {
        // the password is hexadecimal, made by us: nothing to escape
        statement.execute(
            "create role " + APPLICATION + " login password '" + secret("application") + "'");
      }
      if (!exists(statement, "select 1 from pg_database where datname = '" + APPLICATION + "'")) {
        statement.execute("create database " + APPLICATION + " owner " + APPLICATION);
      }
    } catch (SQLException e) {
      throw new Trouble("The embedded PostgreSQL runs but refuses us: " + e.getMessage() + ".", e);
    }
  }

  private static boolean exists(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  /**
   * After a crash of the machine the pid file may name a process that is now somebody else's, and
   * PostgreSQL would refuse to start beside it.
   */
  private void removeStalePidFile() throws IOException {
    if (pid().isEmpty()) {
      Files.deleteIfExists(data().resolve("postmaster.pid"));
    }
  }

  private boolean isOurs(long pid) {
    return Programs.alive(pid).isPresent()
        && Programs.arguments(pid).stream()
            .anyMatch(argument -> argument.equals(data().toString()));
  }

  private List<String> pidFile() {
    try {
      return Files.readAllLines(data().resolve("postmaster.pid"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private Path data() {
    return state.resolve("data");
  }

  private String program(String name) {
    return PostgresBinaries.home(state).resolve("bin").resolve(name).toString();
  }

  private String secret(String name) {
    return state
        .record("database-secrets")
        .map(secrets -> secrets.path(name))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .orElseThrow(() ->
            new Trouble(
                "The state directory "
                    + state.root()
                    + " has lost the database's passwords; run perdura reset to start over."));
  }

  private void run(List<String> command, String complaint) throws IOException {
    Programs.Outcome outcome =
        Programs.run(user.command(command), Map.of("LC_ALL", "C.UTF-8"), LIMIT);
    if (outcome.status() != 0) {
      String details = outcome.output() + LogTail.lastLines(log(), LOG_LINES);
      if (details.contains("No space left on device")) {
        throw new Trouble("The disk that holds the state directory " + state.root() + " is full.");
      }
      throw new Trouble(complaint, details.strip());
    }
  }

  private static String randomPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
