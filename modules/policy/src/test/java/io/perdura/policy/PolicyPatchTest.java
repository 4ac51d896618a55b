package io.perdura.policy;

import static io.perdura.policy.Rules.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sections 5.6, 6.4 and 6.6 of the policy contract. */
class PolicyPatchTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'output':{}}",
        "{'output':{'format':'markdown','strict':false}}",
        "{'tool':{'allow':['a'],'deny':[],'prefer':['b','b']}}",
        "{'extensions':{'any':[1,null,{'x':'y'}]}}"
      })
  void validPatches(String then) {
    assertThat(PolicyPatch.faults(json(then))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "'x'",
        "{'other':1}",
        "{'output':null}",
        "{'output':{'format':'xml'}}",
        "{'output':{'format':null}}",
        "{'output':{'strict':'true'}}",
        "{'output':{'more':1}}",
        "{'tool':[]}",
        "{'tool':{'allow':null}}",
        "{'tool':{'allow':'a'}}",
        "{'tool':{'deny':['']}}",
        "{'tool':{'prefer':[1]}}",
        "{'tool':{'use':['a']}}",
        "{'extensions':null}",
        "{'extensions':[]}"
      })
  void invalidPatches(String then) {
    assertThat(PolicyPatch.faults(json(then))).as(then).hasSize(1);
  }

  @Test
  void aToolListHasAtMostAHundredNames() {
    var list = Jsons.array();
    for (int i = 0; i < 100; i++) {
      list.add("t" + i);
    }
    var then = Jsons.object();
    then.putObject("tool").set("allow", list);
    assertThat(PolicyPatch.faults(then)).isEmpty();
    list.add("one more");
    assertThat(PolicyPatch.faults(then)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # $",
        "{'tool':{'prefer':['psql'],'deny':['rm']},'output':{'format':'json'}} # output.format,tool.deny,tool.prefer",
        "{'tool':{}} # tool",
        "{'extensions':{'a':{'b':null,'c':[1]},'d':{}}} # extensions.a.c,extensions.d",
      })
  void touchedPathsAreLeavesInOrder(String then, String expected) {
    assertThat(String.join(",", PolicyPatch.of(json(then)).touched())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # 0 # 0 # 0 # 0",
        "{'rule_meta':{'priority':2,'weight':1.5}} # 0 # 0 # 3 # 2003",
        "{'priority':2} # 0 # 0 # 1 # 2001",
        "{'rule_meta':{'priority':null},'priority':3} # 0 # 0 # 0 # 3000",
        "{'rule_meta':{'priority':'7'}} # 0 # 0 # 0 # 7000",
        "{'priority':-2.9} # 0 # 0 # 0 # -2000",
        "{'priority':1000} # 0 # 0 # 0 # 100000",
        "{'priority':'many'} # 0 # 0 # 0 # 0",
        "{} # 11 # 0 # 0 # 1100",
        "{'weight':1.5} # 3 # 1 # 2 # 302",
        "{'weight':9} # 1 # 0 # 0 # 200",
        "{'weight':-1} # 1 # 0 # 0 # 0",
        "{'weight':'x'} # 0 # 2 # 0 # -200",
      })
  void scoreIsPriorityEvidenceAndSpecificity(
      String slots, int positive, int negative, int specificity, double score) {
    assertThat(Rank.of(json(slots), positive, negative, specificity, 0).score()).isEqualTo(score);
  }

  @Test
  void evidenceCanBeLimited() {
    assertThat(Rank.of(json("{}"), 50, 0, 0, 9).score()).isEqualTo(900);
    assertThat(Rank.of(json("{}"), 0, 50, 0, 9).score()).isEqualTo(-900);
    assertThat(Rank.of(json("{}"), 0, 50, 0, 9).evidence()).isEqualTo(-50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'tool':{}} # 681a2313e3abb9da1a668cd8007fb1a786f62c3551fccb105691e4272f410ce3",
        "{'output':{'format':'json'},'tool':{'allow':['curl','psql'],'prefer':['psql']}} # 454d2aa9661c003e94f52b869d2c7df9c2bb5a6b10136e76453dc49c05422ac9",
      })
  void policyHashesAreTheContracts(String policy, String sha256) {
    assertThat(CanonicalJson.sha256Hex(json(policy))).isEqualTo(sha256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "null # 74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b",
        "{'b':1,'a':[1.5,'x',null,{'z':true}]} # 554ab2fd5dd43ef5c8e554202fa8f1e41a180034d9e3d2a1f7137fadefe359e2",
        "{'n':1e21,'m':1.0,'k':-0,'é':'\\u2028'} # 74705bc67ed0b3ff17ce45dfe17696c4ebaaeba62ee4efa7fc23a2e4acfa91ca",
      })
  void contextHashesAreTheContracts(String context, String sha256) {
    assertThat(ToolFeedbackRequest.contextSha(json(context))).isEqualTo(sha256);
  }

  @Test
  void aMissingContextHashesAsNull() {
    assertThat(ToolFeedbackRequest.contextSha(null))
        .isEqualTo("74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b");
  }

  @Test
  void toolsAreSortedAsTheRootCollationSortsThem() {
    var names =
        new java.util.ArrayList<>(
            java.util.List.of("b", "B", "a", "10", "-x", "_x", "Ä", "az", "a b", "a-b", "$x", "C"));
    names.sort(RootOrder.INSTANCE);
    assertThat(names)
        .containsExactly("_x", "-x", "$x", "10", "a", "Ä", "a b", "a-b", "az", "b", "B", "C");
  }
}
