package io.perdura.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path home;

  private Release recorded(String text) throws IOException {
    Files.createDirectories(home.resolve("release"));
    Files.writeString(home.resolve("release/commit"), text);
    return Release.of(home, null, null);
  }

  @Test
  void anUnpackedReleaseKnowsItsCommit() throws IOException {
    assertThat(recorded(COMMIT + "\n").commit()).isEqualTo(COMMIT);
  }

  @Test
  void theOperatorsWordGoesFirst() throws IOException {
    recorded(COMMIT);
    assertThat(Release.of(home, null, "c0ffee").commit()).isEqualTo("c0ffee");
  }

  @Test
  void aBuildThatKnewNoCommitTellsNone() throws IOException {
    assertThat(recorded("").commit()).isNull();
  }

  @Test
  void withoutARecordAndWithoutACheckoutThereIsNoCommit() {
    assertThat(Release.of(home, null, null).commit()).isNull();
  }
}
