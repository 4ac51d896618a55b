package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
  private static final String EXPORT =
      """
      {"type":"chain","chain":"control","anchor_seq":0,"anchor_hash":"%s"}
      {"type":"head","chain":"control","seq":0,"hash":"%s"}
      """
          .formatted("0".repeat(64), "0".repeat(64));

  @TempDir Path temp;
  private final TestConsole console = new TestConsole();

  @Test
  void aSoundExportIsTheAnswerYes() throws IOException {
    assertThat(verify(EXPORT)).isZero();
    assertThat(console.out()).startsWith("sound: 0 rows in 1 chains");
  }

  @Test
  void anExportThatWasCutOffIsTheAnswerNo() throws IOException {
    assertThat(verify(EXPORT.lines().findFirst().orElseThrow())).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).startsWith("BROKEN").contains("chain=control seq=1");
  }

  @Test
  void theReportIsOneDocument() throws IOException {
    Path file = Files.writeString(temp.resolve("export"), EXPORT);
    assertThat(Main.run(console.console(), "audit", "verify", "--json", "--file", file.toString()))
        .isZero();
    assertThat(Jsons.MAPPER.readTree(console.out()).get("ok").booleanValue()).isTrue();
  }

  @Test
  void whatIsNoExportCannotBeVerified() throws IOException {
    assertThat(verify("{\"a\":1}")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("this is no export of the audit trail");
    assertThat(Main.run(console.console(), "audit", "verify", "--file", "/nowhere"))
        .isEqualTo(Main.FAILED);
  }

  private int verify(String export) throws IOException {
    Path file = Files.writeString(temp.resolve("export"), export);
    return Main.run(console.console(), "audit", "verify", "--file", file.toString());
  }
}
