package io.perdura.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
  @TempDir Path temp;

  @Test
  void aDirectoryIsMadeWithEverythingAboveIt() {
    StateDirectory state = new StateDirectory(temp.resolve("a/b"));
    state.prepare(1);
    assertThat(temp.resolve("a/b/run")).isDirectory();
    state.prepare(1);
  }

  @Test
  void tooLittleSpaceIsOneSentence() {
    StateDirectory state = new StateDirectory(temp.resolve("s"));
    assertThatThrownBy(() -> state.prepare(Long.MAX_VALUE / 2))
        .isInstanceOf(Trouble.class)
        .hasMessageStartingWith("There is not enough disk space for the state directory");
  }

  @Test
  void aFileInItsPlaceIsOneSentence() throws IOException {
    Path file = Files.writeString(temp.resolve("f"), "");
    assertThatThrownBy(() -> new StateDirectory(file).prepare(1))
        .isInstanceOf(Trouble.class)
        .hasMessage(
            "The state directory " + file + " is a file; remove it or set PERDURA_STATE_DIR.");
    assertThatThrownBy(() -> new StateDirectory(file.resolve("below")).prepare(1))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("cannot be used");
  }

  @Test
  void foreignFilesAreNeitherUsedNorDeleted() throws IOException {
    Path letter = Files.writeString(temp.resolve("letter.txt"), "dear");
    StateDirectory state = new StateDirectory(temp);
    assertThatThrownBy(() -> state.prepare(1))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("not Perdura's");
    assertThatThrownBy(state::delete)
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("left alone");
    assertThat(letter).exists();
  }

  @Test
  void recordsAreForTheOwnerOnlyAndSurviveGarbage() throws IOException {
    StateDirectory state = new StateDirectory(temp.resolve("s"));
    state.prepare(1);
    state.write("thing", Jsons.MAPPER.createObjectNode().put("pid", 7));
    Path file = temp.resolve("s/run/thing.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(state.record("thing").orElseThrow().path("pid").asInt()).isEqualTo(7);
    Files.writeString(file, "{half");
    assertThat(state.record("thing")).isEmpty();
    assertThat(state.record("other")).isEmpty();
  }

  @Test
  void deletionTakesLinksNotTheirTargets() throws IOException {
    Path outside = Files.writeString(temp.resolve("outside"), "kept");
    StateDirectory state = new StateDirectory(temp.resolve("s"));
    state.prepare(1);
    Files.createSymbolicLink(temp.resolve("s/link"), outside);
    state.delete();
    assertThat(temp.resolve("s")).doesNotExist();
    assertThat(outside).exists();
  }
}
