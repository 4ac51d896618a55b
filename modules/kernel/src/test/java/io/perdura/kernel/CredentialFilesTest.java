package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialFilesTest {
  @TempDir Path directory;

  @Test
  void aFileNamedLikeAVariableIsItsValueWithoutTheLastLineBreak() throws IOException {
    Files.writeString(directory.resolve("ADMIN_TOKEN"), "secret\n");
    Files.writeString(directory.resolve("PERDURA_JWT_PUBLIC_KEY"), "line 1\nline 2\n\n");

    assertThat(CredentialFiles.read(directory))
        .containsEntry("ADMIN_TOKEN", "secret")
        .containsEntry("PERDURA_JWT_PUBLIC_KEY", "line 1\nline 2\n");
  }

  @Test
  void filesOfOtherNamesAndDirectoriesAreLeftAlone() throws IOException {
    Files.write(directory.resolve("server.p12"), new byte[] {(byte) 0xff, 0});
    Files.createDirectory(directory.resolve("PORT"));

    assertThat(CredentialFiles.read(directory)).isEmpty();
  }

  @Test
  void aDirectoryThatCannotBeReadIsAFaultAndNotAnEmptyOne() {
    assertThatThrownBy(() -> CredentialFiles.read(directory.resolve("absent")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("absent");
  }
}
