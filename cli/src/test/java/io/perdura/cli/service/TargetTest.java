package io.perdura.cli.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.TestConsole;
import io.perdura.cli.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TargetTest {
  private static final int PORT = 45_321;

  @TempDir Path state;

  /** A state directory whose server is this process. */
  @BeforeEach
  void pretendAServer() throws IOException {
    Path run = Files.createDirectory(state.resolve("run"));
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(
        run.resolve("server.json"),
        "{\"pid\":%d,\"started\":\"%s\",\"port\":%d,\"management_port\":1}"
            .formatted(self.pid(), self.info().startInstant().orElseThrow(), PORT));
    Files.writeString(run.resolve("admin.json"), "{\"token\":\"local-token\"}");
  }

  private Optional<String> administrator(Map<String, String> more, String... arguments) {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("PERDURA_STATE_DIR", state.toString());
    Target target = CommandLine.populateCommand(new Target(), arguments);
    return target
        .client(Environment.of(variables, Map.of()), new TestConsole().console())
        .credentials()
        .admin();
  }

  @Test
  void theLocalServersTokenIsUsedForItsAddressInWhateverWayItIsNamed() {
    assertThat(administrator(Map.of())).contains("local-token");
    assertThat(administrator(Map.of(), "--base-url", "http://localhost:" + PORT))
        .contains("local-token");
    assertThat(administrator(Map.of("PERDURA_BASE_URL", "http://127.0.0.1:" + PORT + "/")))
        .contains("local-token");
  }

  @Test
  void nobodyElseGetsTheLocalServersToken() {
    assertThat(administrator(Map.of(), "--base-url", "http://localhost:" + (PORT + 1))).isEmpty();
    assertThat(administrator(Map.of(), "--base-url", "http://memory.example:" + PORT)).isEmpty();
    assertThat(administrator(Map.of("AIONIS_BASE_URL", "https://memory.example"))).isEmpty();
  }

  @Test
  void aTokenOfTheEnvironmentComesFirst() {
    assertThat(administrator(Map.of("ADMIN_TOKEN", "given"))).contains("given");
  }
}
