package io.perdura.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the real programs, as the account they would run as. */
class EmbeddedPostgresTest {
  private static StateDirectory shared;

  private final Environment environment = Environment.of(Map.of(), Map.of());
  private StateDirectory state;

  /** Unpacks the programs once for all tests. */
  @BeforeAll
  static void unpack() throws IOException {
    shared = newDirectory();
    new EmbeddedPostgres(shared, Environment.of(Map.of(), Map.of())).unpack();
  }

  @AfterAll
  static void removePrograms() throws IOException {
    StateDirectory.deleteTree(shared.root().getParent());
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    state = newDirectory();
    Files.createSymbolicLink(state.resolve("postgres"), shared.resolve("postgres"));
  }

  @AfterEach
  void removeDirectory() throws IOException {
    postgres().stop();
    StateDirectory.deleteTree(state.root().getParent());
  }

  /** JUnit's temporary directories are closed to the account that root steps down to. */
  private static StateDirectory newDirectory() throws IOException {
    Path parent = Files.createTempDirectory("perdura-cli-test-");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    StateDirectory directory = new StateDirectory(parent.resolve("state"));
    directory.prepare(1);
    return directory;
  }

  private EmbeddedPostgres postgres() {
    return new EmbeddedPostgres(state, environment);
  }

  private EmbeddedPostgres started() {
    EmbeddedPostgres postgres = postgres();
    postgres.initialise();
    postgres.start();
    return postgres;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = Databases.connect(postgres().url());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String query(String sql) throws SQLException {
    try (Connection connection = Databases.connect(postgres().url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void dataOutlivesTheServerEvenWhenItIsKilledAndItsPidFileLies() throws Exception {
    started();
    execute("create table kept (word text); insert into kept values ('durable')");
    int port = postgres().port();

    ProcessHandle server = ProcessHandle.of(postgres().pid().getAsLong()).orElseThrow();
    server.destroyForcibly();
    server.onExit().join();
    Path pidFile = state.resolve("data/postmaster.pid");
    String lie = Files.readString(pidFile).replaceFirst("\\d+", "" + ProcessHandle.current().pid());
    Files.writeString(pidFile, lie);
    assertThat(postgres().pid()).isEmpty();

    postgres().start();
    assertThat(query("select word from kept")).isEqualTo("durable");
    assertThat(postgres().port()).isEqualTo(port);
  }

  @Test
  void theApplicationsRoleIsNoSuperuserAndOwnsItsDatabase() throws Exception {
    started();
    assertThat(query("select rolsuper from pg_roles where rolname = current_user")).isEqualTo("f");
    execute("create table mine (id int)");
    assertThat(query("show fsync")).isEqualTo("on");
    assertThat(query("show synchronous_commit")).isEqualTo("on");
  }

  @Test
  void anInitialisationThatWasCutShortIsRepeated() throws Exception {
    Path partial = Files.createDirectories(state.resolve("data.new"));
    Files.writeString(partial.resolve("PG_VERSION"), "17");
    assertThat(postgres().isInitialised()).isFalse();
    started();
    assertThat(query("select 1")).isEqualTo("1");
  }

  @Test
  void aBrokenDatabaseIsOneSentenceWithTheServersOwnWords() throws Exception {
    started().stop();
    Files.writeString(state.resolve("data/PG_VERSION"), "9\n");
    assertThatThrownBy(() -> postgres().start())
        .isInstanceOf(Trouble.class)
        .hasMessage("The embedded PostgreSQL did not start.")
        .extracting(failure -> ((Trouble) failure).details())
        .asString()
        .contains("incompatible");
  }
}
