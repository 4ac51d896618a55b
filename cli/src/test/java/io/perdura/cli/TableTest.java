package io.perdura.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table =
      new Table("NAME", "PURPOSE").row("decay", "Lets unused memory fade and moves it down.");

  @Test
  void theLastColumnIsFoldedToTheWidthOfTheTerminal() {
    assertThat(table.lines(30))
        .containsExactly(
            "NAME   PURPOSE", "decay  Lets unused memory fade", "       and moves it down.");
  }

  @Test
  void whereNobodyLooksALineIsALine() {
    assertThat(table.lines())
        .containsExactly("NAME   PURPOSE", "decay  Lets unused memory fade and moves it down.");
  }

  @Test
  void aTerminalThatIsTooNarrowFoldsByItself() {
    assertThat(table.lines(12)).hasSize(2);
  }

  @Test
  void aWordLongerThanTheLineIsCut() {
    assertThat(Table.folded("abcdefgh ij", 4)).containsExactly("abcd", "efgh", "ij");
  }
}
