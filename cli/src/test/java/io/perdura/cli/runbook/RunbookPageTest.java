package io.perdura.cli.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.perdura.kernel.Jsons;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunbookPageTest {
  private final RunbookPage page =
      RunbookPage.of(
          "# By hand",
          "<!-- record: job run a --x 1 -->",
          "old",
          "<!-- end -->",
          "by hand",
          "<!-- parameters: a -->",
          "<!-- end -->");

  @Test
  void onlyWhatStandsBetweenMarksIsReplaced() {
    assertThat(page.rewritten(block -> Optional.of(List.of("new " + block.about()))))
        .containsExactly(
            "# By hand",
            "<!-- record: job run a --x 1 -->",
            "new job run a --x 1",
            "<!-- end -->",
            "by hand",
            "<!-- parameters: a -->",
            "new a",
            "<!-- end -->");
    assertThat(page.rewritten(block -> Optional.empty()).get(2)).isEqualTo("old");
    assertThat(page.blocks())
        .extracting(RunbookPage.Block::kind)
        .containsExactly("record", "parameters");
  }

  @Test
  void aBlockWithoutEndIsRefusedInsteadOfEatingThePage() {
    RunbookPage open =
        RunbookPage.of("<!-- record: a -->", "x", "<!-- record: b -->", "<!-- end -->");
    assertThatThrownBy(open::blocks)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("line 1");
  }

  @Test
  void whatIsCutLeavesItsDots() throws JsonProcessingException {
    String long100 = "x".repeat(100);
    assertThat(
            Shortened.document(
                    Jsons.MAPPER.readTree(
                        "{\"a\":[1,2,3],\"b\":\"" + long100 + "\",\"c\":{\"d\":[4]}}"))
                .toString())
        .isEqualTo(
            "{\"a\":[1,\"... 2 more\"],\"b\":\"" + "x".repeat(90) + "...\",\"c\":{\"d\":[4]}}");
    assertThat(Shortened.lines(Collections.nCopies(72, "line")))
        .hasSize(61)
        .last()
        .isEqualTo("... (12 more lines)");
  }
}
