package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.config.DatabaseUrl;
import io.perdura.cli.config.Environment;
import io.perdura.cli.local.Installation;
import io.perdura.cli.local.LibertyServer.Running;
import io.perdura.cli.local.Ports;
import io.perdura.cli.local.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTierTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final DatabaseUrl DATABASE =
      new DatabaseUrl("jdbc:postgresql://127.0.0.1:1/perdura", "perdura", "hunter2", "");

  @TempDir Path temp;
  private final TestConsole console = new TestConsole();
  private final Map<String, String> variables = new HashMap<>();
  private Installation installation;
  private int port;
  private int managementPort;

  @BeforeEach
  void prepare() throws IOException {
    installation = FakeLiberty.in(temp.resolve("home"));
    port = Ports.anyFree();
    managementPort = Ports.anyFree();
    variables.put("PORT", Integer.toString(port));
    variables.put("PERDURA_MGMT_PORT", Integer.toString(managementPort));
    variables.put("PERDURA_STATE_DIR", temp.resolve("state").toString());
    variables.put("DATABASE_URL", "postgres://perdura:hunter2@127.0.0.1:1/perdura");
    variables.put("PATH", System.getenv("PATH"));
  }

  @AfterEach
  void stopServer() {
    tier().server().stop();
  }

  private LocalTier tier() {
    return new LocalTier(Environment.of(variables, Map.of()), console.console(), installation);
  }

  private Running start() {
    LocalTier tier = tier();
    tier.prepareState();
    return tier.startServer(DATABASE, port, managementPort, LIMIT);
  }

  private static void assertTrouble(ThrowingCallable call, String sentence, String details) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Trouble.class,
            trouble -> {
              assertThat(trouble.getMessage()).matches(sentence);
              assertThat(trouble.details()).contains(details).doesNotContain("hunter2");
            });
  }

  @Test
  void theServerIsStartedOnceKnownToOthersAndStopped() throws IOException {
    Running started = start();

    Running seen = tier().server().running().orElseThrow();
    assertThat(seen.process().pid()).isEqualTo(started.process().pid());
    assertThat(seen.port()).isEqualTo(port);
    assertThat(tier().server().isOutdated()).isFalse();

    assertThat(tier().server().stop()).isTrue();
    assertThat(started.process().onExit()).succeedsWithin(LIMIT);
    assertThat(tier().server().running()).isEmpty();
    assertThat(tier().server().stop()).isFalse();
  }

  @Test
  void theServerGetsTheDatabaseInJdbcFormAndNotAsUrl() throws IOException {
    Running started = start();
    assertThat(Probe.ready(port).body()).isEqualTo(DATABASE.jdbcUrl() + " null");
    assertThat(started.process().info().commandLine().orElse("")).doesNotContain("hunter2");
  }

  @Test
  void theServerKeepsItsNameAndItsOwnPathToTheDefinition() throws IOException {
    start();
    tier().server().stop();
    start();
    try (Stream<Path> files = Files.list(temp.resolve("state"))) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("usr-")))
          .singleElement()
          .satisfies(path ->
              assertThat(path.toRealPath()).isEqualTo(temp.resolve("state/usr").toRealPath()));
    }
  }

  @Test
  void aKilledServerIsNotTakenForARunningOne() throws IOException {
    Running started = start();
    started.process().destroyForcibly();
    started.process().onExit().join();
    assertThat(tier().server().running()).isEmpty();
  }

  @Test
  void aNewBuildIsNoticedAndDoesNotTouchTheRunningCopy() throws IOException {
    start();
    LocalTier tier = tier();
    Files.writeString(temp.resolve("home/wlp/usr/servers/perdura/apps/perdura.ear"), "another");
    assertThat(tier.server().isOutdated()).isTrue();
    assertThat(temp.resolve("state/usr/servers/perdura/apps/perdura.ear")).hasContent("one");
  }

  @Test
  void aServerThatDiesWhileStartingIsExplainedByItsLog() {
    variables.put("FAKE_SERVER", "die");
    assertTrouble(
        this::start,
        "The server \\(process \\d+\\) died while it was starting\\.",
        "ERROR settings are wrong: EMBEDDING_DIM: must be a number");
  }

  @Test
  void anApplicationThatFailsToStartEndsTheWaitAtOnce() {
    variables.put("FAKE_SERVER", "broken-application");
    assertTrouble(this::start, "The application did not start\\.", "CWWKZ0002E");
  }

  @Test
  void aServerThatIsNeverReadyIsReportedWithItsReason() throws IOException {
    variables.put("FAKE_SERVER", "never-ready");
    LocalTier tier = tier();
    tier.prepareState();
    assertTrouble(
        () -> tier.startServer(DATABASE, port, managementPort, Duration.ofSeconds(5)),
        "The server \\(process \\d+\\) runs but was not ready within 5 s; see perdura logs\\.",
        "jdbc:postgresql");
  }

  @Test
  void eachPortInUseIsNamedWithTheVariableThatChangesIt() throws IOException {
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertTrouble(
          this::start,
          "Port "
              + other.getLocalPort()
              + ", wanted for the API, is already in use; .* set PORT to"
              + " another port\\.",
          "");
    }
    try (ServerSocket other = new ServerSocket(managementPort)) {
      assertTrouble(
          this::start,
          "Port "
              + other.getLocalPort()
              + ", wanted for health and metrics, is already in use;"
              + " .* set PERDURA_MGMT_PORT to another port\\.",
          "");
    }
  }

  @Test
  void anUnreachableDatabaseIsOneSentenceWithoutItsPassword() throws IOException {
    LocalTier tier = tier();
    tier.prepareState();
    assertTrouble(
        tier::startDatabase,
        "The database 127\\.0\\.0\\.1:1/perdura given by DATABASE_URL cannot be used: nothing"
            + " accepts connections there, or not as a writable primary\\.",
        "");
  }
}
