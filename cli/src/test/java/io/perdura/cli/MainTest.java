package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.local.StateDirectory;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private final TestConsole console = new TestConsole();

  @TempDir Path temp;

  @Test
  void releaseInfoTellsVersionAndSchema() throws IOException {
    assertThat(Main.run(console.console(), "release-info", "--json")).isZero();
    var info = Jsons.MAPPER.readTree(console.out());
    assertThat(info.path("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(info.path("schema_required").asText()).matches("\\d+");
  }

  @Test
  void anUnknownCommandIsWrongUsage() {
    assertThat(Main.run(console.console(), "fly")).isEqualTo(Main.FAILED);
  }

  @Test
  void everyCommandHasHelpAndIsCompleted() {
    for (String command :
        List.of(
            "gate preflight",
            "gate health",
            "gate pack",
            "gate parity",
            "gate perf",
            "gate core",
            "gate go-live",
            "job list",
            "job run",
            "job watch",
            "job stop",
            "job restart",
            "job history",
            "job result",
            "job schedule list",
            "job schedule add",
            "job schedule change",
            "job schedule remove",
            "pack export",
            "pack import",
            "pack verify",
            "profile show",
            "profile apply",
            "evidence keygen",
            "evidence sign",
            "evidence verify",
            "sdk check",
            "doctor",
            "completion")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add("--help");
      assertThat(Main.run(console.console(), words.toArray(String[]::new))).as(command).isZero();
    }
    assertThat(Main.run(console.console(), "completion")).isZero();
    assertThat(console.out())
        .contains("go-live", "--recall-p95-max-ms", "complete -F _complete_perdura");
  }

  /** The real program in a process of its own: it reads environment and working directory. */
  private Scripts.Outcome perdura(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dperdura.home=" + temp,
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return Scripts.run(environment, temp, command);
  }

  @Test
  void theServersVariablesSurviveTheShell() throws Exception {
    Files.writeString(temp.resolve(".env"), "EMBEDDING_PROVIDER=local\nPORT=9\n");
    Scripts.Outcome outcome =
        perdura(
            Map.of("DATABASE_URL", "postgres://ada:it%27s%20%24HOME@db/m", "PORT", "4000"),
            "server-environment");
    assertThat(outcome.err()).isEmpty();
    String script =
        outcome.out()
            + "printf '%s|' \"$PERDURA_DB_URL\" \"$PERDURA_DB_USER\" "
            + "\"$PERDURA_DB_PASSWORD\" \"$EMBEDDING_PROVIDER\" \"${PORT:-unset}\"";
    assertThat(Scripts.run(Map.of(), temp, List.of("sh", "-c", script)).out())
        .isEqualTo("jdbc:postgresql://db:5432/m|ada|it's $HOME|local|unset|");
  }

  @Test
  void aPasswordThatCameAsACredentialStaysOutOfTheServersEnvironment() throws Exception {
    Path credentials = Files.createDirectory(temp.resolve("credentials"));
    Files.writeString(credentials.resolve("PERDURA_DB_PASSWORD"), "hunter2");
    Scripts.Outcome outcome =
        perdura(
            Map.of(
                "PERDURA_DB_URL",
                "jdbc:postgresql://db:5432/m",
                "CREDENTIALS_DIRECTORY",
                credentials.toString()),
            "server-environment");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out() + outcome.err()).doesNotContain("hunter2");
  }

  @Test
  void commandsReadTheDatabasesPasswordFromACredential() throws Exception {
    Path credentials = Files.createDirectory(temp.resolve("credentials"));
    Files.writeString(
        credentials.resolve("DATABASE_URL"), "postgres://perdura:hunter2@127.0.0.1:1/perdura\n");
    Scripts.Outcome outcome =
        perdura(Map.of("CREDENTIALS_DIRECTORY", credentials.toString()), "migrate", "--check");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith(
            "perdura: The database 127.0.0.1:1/perdura given by DATABASE_URL cannot be used")
        .doesNotContain("hunter2");
  }

  @Test
  void aMissingDatabaseUrlIsOneSentence() throws Exception {
    Scripts.Outcome outcome = perdura(Map.of(), "server-environment");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).isEqualTo("perdura: DATABASE_URL is not set.\n");
  }

  @Test
  void aBrokenEnvFileIsOneSentence() throws Exception {
    Files.writeString(temp.resolve(".env"), "what is this\n");
    Scripts.Outcome outcome = perdura(Map.of(), "status");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).isEqualTo("perdura: Line 1 of .env is not of the form NAME=value.\n");
  }

  @Test
  void demoWithoutAServerSaysHowToStartOne() throws Exception {
    Scripts.Outcome outcome =
        perdura(Map.of("PERDURA_STATE_DIR", temp.resolve("state").toString()), "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo("perdura: No server is running; start it with ./perdura up.\n");
  }

  @Test
  void resetRefusesWithoutAYes() throws Exception {
    Path state = temp.resolve("state");
    new StateDirectory(state).prepare(1);
    Scripts.Outcome outcome = perdura(Map.of("PERDURA_STATE_DIR", state.toString()), "reset");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("Nothing was deleted");
    assertThat(state).exists();
    assertThat(perdura(Map.of("PERDURA_STATE_DIR", state.toString()), "reset", "-y").status())
        .isZero();
    assertThat(state).doesNotExist();
  }
}
