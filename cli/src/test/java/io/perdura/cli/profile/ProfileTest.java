package io.perdura.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.config.EnvFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
  private static final String SECRETS =
      "# mine\nADMIN_TOKEN='s3cret # not a comment'\nexport PORT=4000";

  private final TestConsole console = new TestConsole();

  @TempDir Path temp;

  private int apply(Path file, String name) {
    return Main.run(console.console(), "profile", "apply", name, "--env-file", file.toString());
  }

  @Test
  void theBlockIsReplacedAndEverythingElseStays() throws IOException {
    Path file = Files.writeString(temp.resolve("env"), SECRETS + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(apply(file, "prod")).isZero();
    assertThat(Files.readString(file))
        .startsWith(SECRETS + "\n# >>> perdura throughput profile: prod");
    assertThat(EnvFile.read(file)).containsEntry("DB_POOL_MAX", "60").containsEntry("PORT", "4000");
    assertThat(apply(file, "balanced")).isZero();
    String both = Files.readString(file);
    assertThat(apply(file, "lite")).isZero();
    assertThat(EnvFile.read(file))
        .containsEntry("DB_POOL_MAX", "12")
        .containsEntry("MEMORY_RECALL_PROFILE", "lite")
        .containsEntry("MEMORY_ABSTRACTION_POLICY_PROFILE", "balanced");
    assertThat(apply(file, "prod")).isZero();
    assertThat(Files.readString(file)).as("back to where it was").isEqualTo(both);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(console.out()).doesNotContain("s3cret");
  }

  @Test
  void aNewFileIsItsOwnersAlone() throws IOException {
    Path file = temp.resolve("new.env");
    assertThat(apply(file, "lite")).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void anUnknownNameChangesNothing() throws IOException {
    Path file = Files.writeString(temp.resolve("env"), SECRETS);
    assertThat(apply(file, "turbo")).isEqualTo(Main.FAILED);
    assertThat(Files.readString(file)).isEqualTo(SECRETS);
  }

  @Test
  void aDamagedBlockIsLeftAlone() {
    assertThatThrownBy(() ->
            ManagedBlock.replaced(
                "# >>> perdura throughput profile: prod\nA=1\n", Profiles.find("prod")))
        .hasMessageContaining("mend it by hand");
  }

  @Test
  void whatIsSetElsewhereIsTold() throws IOException {
    Path file = Files.writeString(temp.resolve("env"), "DB_POOL_MAX=5\n");
    assertThat(apply(file, "prod")).isZero();
    assertThat(console.err()).contains("also set outside of the block", "DB_POOL_MAX");
  }

  @Test
  void aProfileIsKnownByItsFigures() {
    Map<String, String> settings = new HashMap<>(Profiles.find("prod").values());
    assertThat(Profiles.matching(settings)).contains("prod");
    settings.put("RECALL_RATE_LIMIT_RPS", "40.0");
    settings.remove("DB_POOL_IDLE_TIMEOUT_MS");
    assertThat(Profiles.matching(settings)).contains("prod");
    settings.put("RECALL_RATE_LIMIT_RPS", "41");
    assertThat(Profiles.matching(settings)).isEmpty();
    assertThat(Profiles.matching(Map.of())).isEmpty();
  }
}
