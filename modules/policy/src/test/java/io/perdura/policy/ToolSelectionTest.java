package io.perdura.policy;

import static io.perdura.policy.Rules.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 7.4 of the policy contract, without a database. */
class ToolSelectionTest {
  private static ToolSelection select(boolean strict, List<String> candidates, String... tools) {
    Rules rules = new Rules();
    for (int i = 0; i < tools.length; i++) {
      rules.rule(i + 1, "{}", "{'tool':" + tools[i] + "}");
    }
    return new ToolSelection(candidates, rules.evaluate("{}").active().tools(), strict);
  }

  private static JsonNode without(ToolSelection selection, String key) {
    ObjectNode json = selection.json();
    ((ObjectNode) json.get("fallback")).remove(key);
    return json;
  }

  @Test
  void denyComesFirstThenAllowThenPreference() {
    ToolSelection selection =
        select(
            true,
            List.of("rm", "jq", "curl", "psql"),
            "{'allow':['rm','curl','psql'],'deny':['rm'],'prefer':['psql','nope']}");

    assertThat(without(selection, "note"))
        .isEqualTo(
            json(
                "{'candidates':['rm','jq','curl','psql'],'allowed':['curl','psql'],'denied':["
                    + "{'name':'rm','reason':'deny_list'},{'name':'jq','reason':'not_in_allow_list'}],"
                    + "'preferred':['psql'],'ordered':['psql','curl'],'selected':'psql',"
                    + "'fallback':{'applied':false,'reason':'none','effective_mode':'allow_and_deny'}}"));
  }

  @Test
  void allowListsWithNothingInCommonAllowNothing() {
    String[] contradiction = {"{'allow':['a']}", "{'allow':['b']}"};

    ApiException refusal =
        catchThrowableOfType(
            ApiException.class, () -> select(true, List.of("a", "b"), contradiction));
    assertThat(refusal.code()).isEqualTo("no_tools_allowed");
    assertThat(refusal.body().get("details"))
        .isEqualTo(json("{'candidates':2,'allow':0,'deny':0}"));

    JsonNode lenient = select(false, List.of("a", "b"), contradiction).json();
    assertThat(lenient.at("/fallback/reason").textValue()).isEqualTo("allowlist_filtered_all");
    assertThat(lenient.get("selected").textValue()).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # none # false # deny_only # a",
        "{'allow':['a']} # none # false # allow_and_deny # a",
        "{'allow':['x']} # allowlist_filtered_all # true # deny_only # a",
        "{'deny':['a','b']} # deny_filtered_all # true # deny_only # ``",
        "{'allow':['x'],'deny':['a','b']} # deny_filtered_all # true # deny_only # ``",
        "{'allow':['x'],'deny':['a']} # allowlist_filtered_all # true # deny_only # b",
      })
  void withoutStrictnessThereIsAFallback(
      String tools, String reason, boolean applied, String mode, String selected) {
    JsonNode json = select(false, List.of("a", "b"), tools).json();

    assertThat(without(select(false, List.of("a", "b"), tools), "note").get("fallback"))
        .isEqualTo(
            json(
                "{'applied':%s,'reason':'%s','effective_mode':'%s'}"
                    .formatted(applied, reason, mode)));
    assertThat(json.get("selected").textValue())
        .isEqualTo(selected == null || selected.isEmpty() ? null : selected);
    json.get("denied")
        .forEach(entry -> {
          boolean fellBack = !reason.equals("none");
          assertThat(fellBack && entry.get("reason").textValue().equals("not_in_allow_list"))
              .isFalse();
        });
  }

  @Test
  void candidatesAreTrimmedAndCountedOnce() {
    assertThat(Texts.candidates(List.of(" a", "b", " ", "a ", "b"))).containsExactly("a", "b");
  }

  @Test
  void conflictsAreSummedUpInShortLines() {
    Rules rules =
        new Rules()
            .rule(1, "{}", "{'tool':{'allow':['a'],'prefer':['a']}}")
            .rule(2, "{}", "{'tool':{'allow':['b'],'prefer':['b']}}");

    JsonNode summary = rules.evaluate("{}").active().tools().summary();

    assertThat(summary).hasSize(3);
    assertThat(summary.get(0).textValue()).startsWith("[allow_intersection] ");
    assertThat(summary.get(1).textValue()).startsWith("[allow_intersection_empty] ");
    assertThat(summary.get(2).textValue())
        .startsWith("[prefer_competing_top_choice] ")
        .endsWith(" (winner=" + Rules.id(1) + ")");
    summary.forEach(line -> assertThat(line.textValue().length()).isLessThanOrEqualTo(200));
  }
}
