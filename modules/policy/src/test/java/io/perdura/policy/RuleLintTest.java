package io.perdura.policy;

import static io.perdura.policy.Rules.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is allowed and hardly meant (defect D2). */
class RuleLintTest {
  private static String first(String ifJson, String exceptions) {
    JsonNode warnings = RuleLint.warnings(json(ifJson), json(exceptions), false);
    return warnings.isEmpty()
        ? "-"
        : warnings.at("/0/path").textValue() + " " + warnings.at("/0/code").textValue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'a':1,'b':{'$in':[1]},'$c':1} # if never_matches",
        "{'a':{'$gte':1,'$lte':9}} # if.a never_matches",
        "{'$and':[{'a':1}],'b':2} # if keys_ignored",
        "{'$or':{'a':1}} # if.$or never_matches",
        "{'a':{'$not':{'$foo':1}}} # if.a.$not.$foo never_matches",
        "{'a':{'$in':'x'}} # if.a.$in never_matches",
        "{'a':{'$regex':'(a+)+'}} # if.a.$regex never_matches",
        "{'a':{'$regex':'['}} # if.a.$regex never_matches",
        "{'a':{'b':{'$exists':true}},'c':[1]} # -",
        "{'$and':[{'a':{'$gte':1}},{'a':{'$lte':9}}]} # -",
      })
  void conditions(String ifJson, String expected) {
    assertThat(first(ifJson, "[]")).isEqualTo(expected);
  }

  @Test
  void exceptions() {
    assertThat(first("{}", "[{'a':1},{}]")).isEqualTo("exceptions.1 exception_always_applies");
    assertThat(first("{}", "[{'a':{'$foo':1}}]")).isEqualTo("exceptions.0.a.$foo never_matches");
  }
}
