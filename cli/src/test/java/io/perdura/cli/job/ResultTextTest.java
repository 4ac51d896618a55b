package io.perdura.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTextTest {
  private static List<String> lines(JsonNode result) {
    return ResultText.lines(result, 100);
  }

  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }

  @Test
  void figuresStandByTheirNamesBeforeWhatHasParts() {
    assertThat(
            lines(
                json(
                    "{'ok':true,'tier_counts':{'hot':9,'cold':0},'updated_salience':11,'commit_id':null,'ids':['a','b'],'none':[]}")))
        .containsExactly(
            "result",
            "  ok                        true",
            "  updated salience          11",
            "  none                      none",
            "  tier counts",
            "    hot                     9",
            "    cold                    0",
            "  ids                       a, b");
  }

  @Test
  void whatIsNotWellIsShownAndTheRestCounted() {
    List<String> lines =
        lines(
            json(
                "{'checks':[{'name':'a','status':'pass','count':0},{'name':'b','status':'fail','count':3,'sample':[1]},"
                    + "{'name':'c','status':'error','count':0}]}"));
    assertThat(lines)
        .containsExactly(
            "result",
            "  checks",
            "    name  status  count",
            "    b     fail    3",
            "    c     error   0",
            "    ... and 1 that do not fail, see --json");
  }

  @Test
  void fewChecksAreListedAndManyThatAreWellAreCounted() {
    ObjectNode result = Jsons.object();
    ArrayNode checks = result.putArray("checks");
    checks.addObject().put("name", "a").put("pass", true);
    assertThat(lines(result))
        .containsExactly("result", "  checks", "    name  pass", "    a     true");
    for (int i = 0; i < 12; i++) {
      checks.addObject().put("name", "b" + i).put("pass", true);
    }
    assertThat(lines(result))
        .containsExactly("result", "  checks                    13, none of them fails");
  }

  @Test
  void whatIsLeftOutIsSaid() {
    ObjectNode result = Jsons.object();
    ArrayNode rows = result.putArray("rows");
    for (int i = 0; i < 30; i++) {
      rows.addObject().put("id", i);
    }
    assertThat(lines(result)).hasSize(16).last().isEqualTo("    ... and 18 more, see --json");
  }

  @Test
  void aPageForPeopleIsPrintedAsItIs() {
    ObjectNode result =
        Jsons.object().put("weekly_markdown", "# Week\n\nAll well.\n").put("ok", true);
    assertThat(lines(result))
        .containsExactly(
            "result",
            "  ok                        true",
            "  weekly markdown",
            "    # Week",
            "    ",
            "    All well.");
  }

  @Test
  void aLongTextIsFoldedBesideItsName() {
    String words = "word ".repeat(30).strip();
    assertThat(ResultText.lines(Jsons.object().put("note", words), 80))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80))
        .hasSizeGreaterThan(2);
    assertThat(ResultText.lines(Jsons.object().put("note", words), 0)).hasSize(2);
  }
}
