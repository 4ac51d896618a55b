package io.perdura.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Trouble;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvFileTest {
  @Test
  void plainQuotedAndExportedValuesAreRead() {
    String text =
        """
        # a comment
        PLAIN=one two
        export EXPORTED=yes
          INDENTED = spaced \t
        SINGLE='$HOME # kept'
        DOUBLE="line\\nnext \\"quoted\\" \\$X" # comment
        TRAILING=value # comment
        HASH=a#b
        EMPTY=
        ONLY_COMMENT=# nothing
        URL=postgres://u:p%40@h:1/d?x=y
        """;

    assertThat(EnvFile.parse(text, ".env"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("PLAIN", "one two"),
                Map.entry("EXPORTED", "yes"),
                Map.entry("INDENTED", "spaced"),
                Map.entry("SINGLE", "$HOME # kept"),
                Map.entry("DOUBLE", "line\nnext \"quoted\" $X"),
                Map.entry("TRAILING", "value"),
                Map.entry("HASH", "a#b"),
                Map.entry("EMPTY", ""),
                Map.entry("ONLY_COMMENT", ""),
                Map.entry("URL", "postgres://u:p%40@h:1/d?x=y")));
  }

  @Test
  void aLineThatIsNoAssignmentIsNamedByItsNumber() {
    assertThatThrownBy(() -> EnvFile.parse("A=1\nnonsense\n", ".env"))
        .isInstanceOf(Trouble.class)
        .hasMessage("Line 2 of .env is not of the form NAME=value.");
  }

  @Test
  void anUnbalancedQuoteIsRefused() {
    assertThatThrownBy(() -> EnvFile.parse("A='open", ".env"))
        .isInstanceOf(Trouble.class)
        .hasMessage("Line 1 of .env has an unbalanced quote.");
  }

  @Test
  void aMissingFileIsNoTrouble() {
    assertThat(EnvFile.read(Path.of("/nonexistent/.env"))).isEmpty();
  }
}
