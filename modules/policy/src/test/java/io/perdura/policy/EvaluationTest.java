package io.perdura.policy;

import static io.perdura.policy.Rules.id;
import static io.perdura.policy.Rules.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 7.3 of the policy contract, without a database. */
class EvaluationTest {
  private static List<String> ids(JsonNode list) {
    List<String> ids = new ArrayList<>();
    list.forEach(item -> ids.add(item.get("rule_node_id").textValue()));
    return ids;
  }

  private static JsonNode counters(JsonNode answer) {
    return answer.at("/agent_visibility_summary/rule_scope");
  }

  @Test
  void everyFilterCountsWhatItDropsInTheContractsOrder() {
    JsonNode answer =
        new Rules()
            .rule(1, "{'x':1}", "{}")
            .rule(2, "{}", "{}", "{'rule_scope':'agent','target_agent':'other'}")
            .rule(3, "{}", "{}", "{'lane':'private','owner_agent':'other'}")
            .rule(4, "{'x':2}", "{}")
            .rule(5, "{}", "{'nope':1}", "{'commit':'c5'}")
            .rule(6, "{}", "{}", "{'state':'shadow'}")
            .rule(7, "{}", "{}", "{'exceptions':[{'x':1}]}")
            .evaluate("{'x':1,'agent':{'id':'me'}}")
            .answer();

    assertThat(counters(answer))
        .isEqualTo(
            json(
                "{'scanned':7,'filtered_by_scope':1,'filtered_by_lane':1,'filtered_by_condition':2,"
                    + "'skipped_invalid_then':1,'matched_active':1,'matched_shadow':1}"));
    assertThat(answer.get("considered").intValue()).isEqualTo(7);
    assertThat(answer.get("matched").intValue()).isEqualTo(2);
    assertThat(answer.get("skipped_invalid_then").intValue()).isEqualTo(1);
    assertThat(answer.get("invalid_then_sample"))
        .isEqualTo(json("[{'rule_node_id':'" + id(5) + "','state':'active','commit_id':'c5'}]"));
    assertThat(ids(answer.get("active"))).containsExactly(id(1));
    assertThat(ids(answer.get("shadow"))).containsExactly(id(6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # missing_agent_context # false # 4",
        "{'agent':{'id':'me','team_id':'us'}} # enforced_agent_team # true # 3",
        "{'agent_id':'me'} # enforced_agent_only # true # 2",
        "{'team_id':' us '} # enforced_team_only # true # 2",
        "{'agent':{'id':' '},'agent_id':'me'} # enforced_agent_only # true # 2",
        "{'agent':{'id':5},'agent_id':'me'} # enforced_agent_only # true # 2",
        "{'agent':'me'} # missing_agent_context # false # 4",
        "'me' # missing_agent_context # false # 4",
      })
  void lanesGoByAgentAndTeam(String context, String reason, boolean applied, int visible) {
    JsonNode answer =
        new Rules()
            .rule(1, "{}", "{}")
            .rule(2, "{}", "{}", "{'lane':'private','owner_agent':'me'}")
            .rule(3, "{}", "{}", "{'lane':'private','owner_team':'us'}")
            .rule(4, "{}", "{}", "{'lane':'private','owner_agent':'other','owner_team':'them'}")
            .evaluate(context)
            .answer();

    assertThat(answer.at("/agent_visibility_summary/lane/reason").textValue()).isEqualTo(reason);
    assertThat(answer.at("/agent_visibility_summary/lane/applied").booleanValue())
        .isEqualTo(applied);
    assertThat(answer.get("matched").intValue()).isEqualTo(visible);
  }

  @Test
  void privateRulesCanBeHiddenFromContextsThatNameNobody() {
    Evaluation evaluation =
        new Rules()
            .rule(1, "{}", "{}")
            .rule(2, "{}", "{}", "{'lane':'private','owner_agent':'me'}")
            .evaluate("{}", true, 50, "PERDURA_RULE_LANES_ALWAYS", "true");

    assertThat(ids(evaluation.answer().get("active"))).containsExactly(id(1));
    assertThat(evaluation.answer().at("/agent_visibility_summary/lane"))
        .isEqualTo(
            json(
                "{'applied':true,'reason':'missing_agent_context','legacy_unowned_private_visible':0,"
                    + "'legacy_unowned_private_detected':0}"));
  }

  @Test
  void rulesForOneAgentOrTeamNeedThatAgentOrTeam() {
    Rules rules =
        new Rules()
            .rule(1, "{}", "{}", "{'rule_scope':'agent','target_agent':'me'}")
            .rule(2, "{}", "{}", "{'rule_scope':'team','target_team':'us'}");

    assertThat(ids(rules.evaluate("{'agent':{'id':'me'}}").answer().get("active")))
        .containsExactly(id(1));
    assertThat(ids(rules.evaluate("{'agent':{'team_id':'us'}}").answer().get("active")))
        .containsExactly(id(2));
    assertThat(rules.evaluate("{}").answer().get("matched").intValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'user':'TAG'} # true",
        "{'user':{'$eq':'TAG'}} # true",
        "{'user':{'$ne':'TAG'}} # false",
        "{'user':{'$in':['x','TAG']}} # true",
        "{'user':{'$nin':['TAG']}} # false",
        "{'user':{'$not':'TAG'}} # false",
        "{'all':['TAG']} # true",
        "{'all':{'$contains':'TAG'}} # true",
        "{'text':{'$contains':'from TAG'}} # true",
        "{'user':{'$regex':'^ada@'}} # true",
        "{'user':'ada@example.org'} # true",
        "{'host':{'$contains':'10.0.'}} # true",
      })
  void redactedConditionsMeetPlainContexts(String ifJson, boolean expected) {
    String tag = new io.perdura.kernel.Redaction(true).redact("ada@example.org");
    String context =
        "{'user':'ada@example.org','all':['x','ada@example.org'],'text':'mail from ada@example.org','host':'10.0.0.7'}";
    assertThat(
            new Rules().rule(1, ifJson.replace("TAG", tag), "{}").evaluate(context).matched() == 1)
        .isEqualTo(expected);
  }

  @Test
  void limitCapsTheListsAndNothingElse() {
    Rules rules = new Rules();
    for (int i = 1; i <= 9; i++) {
      rules.rule(i, "{}", "{'tool':{'deny':['t" + i + "']}}", "{'priority':" + i + "}");
    }

    JsonNode answer = rules.evaluate("{}", false, 2).answer();

    assertThat(ids(answer.get("active"))).containsExactly(id(9), id(8));
    assertThat(answer.get("considered").intValue()).isEqualTo(9);
    assertThat(answer.get("matched").intValue()).isEqualTo(9);
    assertThat(answer.at("/applied/policy/tool/deny")).hasSize(9);
  }

  @Test
  void shadowRulesNeverApplyAndAreSilentUnlessAskedFor() {
    Rules rules =
        new Rules()
            .rule(1, "{}", "{'output':{'format':'json'}}")
            .rule(2, "{}", "{'output':{'format':'text'}}", "{'state':'shadow','priority':9}");

    JsonNode with = rules.evaluate("{}", true, 50).answer();
    assertThat(with.at("/applied/policy"))
        .isEqualTo(json("{'output':{'format':'json'},'tool':{}}"));
    assertThat(with.at("/applied/shadow_policy"))
        .isEqualTo(json("{'output':{'format':'text'},'tool':{}}"));
    assertThat(ids(with.at("/applied/shadow_sources"))).containsExactly(id(2));

    JsonNode without = rules.evaluate("{}", false, 50).answer();
    assertThat(without.get("applied").fieldNames())
        .toIterable()
        .containsExactly("policy", "sources", "conflicts", "conflict_explain", "tool_explain");
    assertThat(without.get("considered").intValue()).isEqualTo(2);
    assertThat(without.get("matched").intValue()).isEqualTo(1);
    assertThat(without.get("shadow")).isEmpty();
  }

  @Test
  void patchesAreMergedFromTheLowestScoreToTheHighest() {
    JsonNode applied =
        new Rules()
            .rule(1, "{}", "{'output':{'format':'json'},'extensions':{'l':[1,2],'o':{'a':1}}}")
            .rule(
                2,
                "{}",
                "{'output':{'format':'text','strict':true},'extensions':{'l':[2,3],'o':{'b':2}}}",
                "{'priority':1}")
            .rule(3, "{}", "{'output':{'format':'text'},'extensions':{'o':5}}", "{'priority':2}")
            .evaluate("{}", false, 50)
            .answer()
            .get("applied");

    assertThat(applied.get("policy"))
        .isEqualTo(
            json(
                "{'output':{'format':'text','strict':true},'extensions':{'l':[1,2,3],'o':5},'tool':{}}"));
    assertThat(ids(applied.get("sources"))).containsExactly(id(1), id(2), id(3));
    assertThat(applied.get("conflicts"))
        .isEqualTo(
            json(
                "[{'path':'output.format','winner_rule_node_id':'"
                    + id(2)
                    + "'},{'path':'extensions.o','winner_rule_node_id':'"
                    + id(3)
                    + "'}]"));
    JsonNode explained = applied.at("/conflict_explain/0");
    assertThat(explained.get("path").textValue()).isEqualTo("output.format");
    assertThat(explained.at("/winner"))
        .isEqualTo(
            json(
                "{'rule_node_id':'"
                    + id(2)
                    + "','score':1000,'evidence_score':0,'priority':1,'weight':1.0,'specificity':0}"
                        .replace("1.0", "1")));
    assertThat(ids(explained.get("losers"))).containsExactly(id(3), id(1));
  }

  @Test
  void ofEqualScoresTheSmallerIdWinsEverywhere() {
    JsonNode applied =
        new Rules()
            .rule(1, "{}", "{'output':{'format':'json'},'tool':{'prefer':['a'],'deny':['x']}}")
            .rule(2, "{}", "{'output':{'format':'text'},'tool':{'prefer':['b'],'deny':['x']}}")
            .evaluate("{}", false, 50)
            .answer()
            .get("applied");

    assertThat(applied.at("/policy/output/format").textValue()).isEqualTo("json");
    assertThat(applied.at("/conflicts/0/winner_rule_node_id").textValue()).isEqualTo(id(1));
    assertThat(applied.at("/policy/tool/prefer")).isEqualTo(json("['a','b']"));
    assertThat(applied.at("/tool_explain/winners/deny_by_tool/x").textValue()).isEqualTo(id(1));
    assertThat(applied.at("/tool_explain/conflicts/0"))
        .isEqualTo(
            json(
                "{'code':'prefer_competing_top_choice','message':'"
                    + applied.at("/tool_explain/conflicts/0/message").textValue()
                    + "','details':[{'rule_node_id':'"
                    + id(1)
                    + "','score':0,'first_prefer':'a'},{'rule_node_id':'"
                    + id(2)
                    + "','score':0,'first_prefer':'b'}],'winner_rule_node_id':'"
                    + id(1)
                    + "'}"));
  }

  @Test
  void toolListsAreIntersectedUnitedAndLinedUp() {
    JsonNode answer =
        new Rules()
            .rule(
                1,
                "{'intent':'json'}",
                "{'tool':{'allow':['psql','curl','jq'],'prefer':['psql','psql']}}",
                "{'priority':2}")
            .rule(2, "{}", "{'tool':{'allow':['curl','psql'],'deny':['rm','dd','rm']}}")
            .rule(3, "{}", "{'tool':{'prefer':['jq','psql']}}", "{'priority':1}")
            .rule(4, "{}", "{'output':{'strict':true}}")
            .evaluate("{'intent':'json'}", false, 50)
            .answer();

    assertThat(answer.at("/applied/policy/tool"))
        .isEqualTo(json("{'allow':['curl','psql'],'deny':['dd','rm'],'prefer':['psql','jq']}"));
    JsonNode explain = answer.at("/applied/tool_explain");
    assertThat(explain.at("/contributions/0"))
        .isEqualTo(
            json(
                "{'rule_node_id':'"
                    + id(1)
                    + "','score':2001,'evidence_score':0,'priority':2,'weight':1,'specificity':1,"
                    + "'allow_n':3,'deny_n':0,'prefer_n':1,'first_prefer':'psql'}"));
    assertThat(explain.get("contributions")).hasSize(3);
    assertThat(explain.get("winners"))
        .isEqualTo(
            json(
                "{'prefer_by_tool':{'psql':'%1$s','jq':'%2$s'},'deny_by_tool':{'rm':'%3$s','dd':'%3$s'}}"
                    .formatted(id(1), id(3), id(2))));
    assertThat(explain.at("/conflicts/0/code").textValue()).isEqualTo("allow_intersection");
    assertThat(explain.at("/conflicts/0/details"))
        .isEqualTo(
            json(
                "[{'rule_node_id':'%s','score':2001,'allow_n':3},{'rule_node_id':'%s','score':0,'allow_n':2}]"
                    .formatted(id(1), id(2))));
    assertThat(explain.at("/conflicts/1/code").textValue())
        .isEqualTo("prefer_competing_top_choice");
  }

  @Test
  void aMatchTellsTheWholeRule() {
    JsonNode match =
        new Rules()
            .rule(
                1,
                "{'b':1,'a':{'$exists':true}}",
                "{'output':{}}",
                "{'positive':3,'negative':1,'weight':1.5,'summary':'why','commit':'c','exceptions':[{'u':1}]}")
            .evaluate("{'a':0,'b':1}")
            .answer()
            .at("/active/0");

    assertThat(match)
        .isEqualTo(
            json(
                "{'rule_node_id':'"
                    + id(1)
                    + "','state':'active','rule_scope':'global','target_agent_id':null,'target_team_id':null,"
                    + "'summary':'why','if_json':{'b':1,'a':{'$exists':true}},'then_json':{'output':{}},"
                    + "'exceptions_json':[{'u':1}],'stats':{'positive':3,'negative':1},'rank':{'score':302,"
                    + "'evidence_score':2,'priority':0,'weight':1.5,'specificity':2},'match_detail':{"
                    + "'condition_paths':['a','b'],'condition_path_count':2},'commit_id':'c'}"));
  }

  @Test
  void aRuleThatDidNotChangeIsNotCompiledAgain() {
    Rules rules = new Rules().rule(1, "{'a':1}", "{}");
    RuleSet first = rules.set();
    RuleSet second =
        RuleSet.read(
            "w",
            json(
                "[['%s','active',{'a':1},{},[],'global',null,null,5,0,null,'shared',null,null,null,{}]]"
                    .formatted(id(1))),
            first,
            new Conditions(false),
            0);
    assertThat(second.rules().getFirst().logic()).isSameAs(first.rules().getFirst().logic());
    assertThat(second.rules().getFirst().rank().score()).isEqualTo(501);
  }
}
