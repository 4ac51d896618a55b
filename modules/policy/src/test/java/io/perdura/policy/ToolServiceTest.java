package io.perdura.policy;

import static io.perdura.policy.PolicyKit.body;
import static io.perdura.policy.PolicyKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.AuditRow;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sections 7.4 to 7.6 of the policy contract, on a real database. */
class ToolServiceTest {
  private static TestDatabase testDatabase;
  private static PolicyKit kit;

  private final String scope = "t-" + UUID.randomUUID();

  @BeforeAll
  static void open() {
    testDatabase = TestDatabase.fresh();
    kit = new PolicyKit(testDatabase.dataSource());
  }

  @AfterAll
  static void close() {
    testDatabase.close();
  }

  private UUID active(String ifJson, String then) {
    UUID rule = kit.rule(scope, ifJson, then);
    kit.state(rule, scope, "active");
    return rule;
  }

  private JsonNode select(String rest) {
    return kit.select(
        "{'scope':'" + scope + "','context':{'a':1},'candidates':['rm','psql']" + rest + "}");
  }

  private JsonNode feedback(String rest) {
    return kit.toolFeedback(feedbackBody("'context':{'a':1},'candidates':['rm','psql']," + rest));
  }

  private String feedbackBody(String rest) {
    return "{'scope':'"
        + scope
        + "','outcome':'positive','input_text':'x','selected_tool':'psql',"
        + rest
        + "}";
  }

  private long rows(String table) {
    return Long.parseLong(
        kit.value("select count(*) from " + table + " where scope = '" + scope + "'"));
  }

  @Test
  void aDecisionAndTheRowOfItsCallCommitTogether() {
    CallRecord record =
        CallRecord.open((commitId, changes) -> new AuditRow("tenant/t", "{", "{\"n\":1}", "{}"));
    try {
      select("");
    } finally {
      CallRecord.close();
    }
    assertThat(record.isCommitted()).isTrue();
    // Fails where there is not exactly this one row.
    kit.execute("select 1 / (count(*) = 1)::int from audit_inbox where chain = 'tenant/t'");
  }

  @Test
  void aSelectionIsRememberedAndFoundAgain() {
    UUID rule = active("{'a':1}", "{'tool':{'deny':['rm'],'prefer':['psql']}}");
    JsonNode answer = select(",'run_id':'run-7'");

    assertThat(answer.at("/selection/selected").textValue()).isEqualTo("psql");
    assertThat(answer.fieldNames())
        .toIterable()
        .containsExactly("scope", "tenant_id", "candidates", "selection", "rules", "decision");
    JsonNode brief = answer.get("decision");
    assertThat(brief.get("created_at").textValue())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?\\+00");
    JsonNode whole = kit.decision(scope, brief.get("decision_id").textValue()).get("decision");
    assertThat(whole)
        .isEqualTo(
            body(
                "{'decision_id':'"
                    + brief.get("decision_id").textValue()
                    + "','decision_kind':'tools_select','run_id':'run-7','selected_tool':'psql',"
                    + "'candidates':['rm','psql'],'context_sha256':'"
                    + Hashes.sha256Hex("{\"a\":1}")
                    + "','policy_sha256':'"
                    + Hashes.sha256Hex("{\"tool\":{\"deny\":[\"rm\"],\"prefer\":[\"psql\"]}}")
                    + "','source_rule_ids':['"
                    + rule
                    + "'],'metadata':{'strict':true,'include_shadow':false,'rules_limit':50,'matched_rules':1,"
                    + "'tool_conflicts_summary':[]},'created_at':'"
                    + brief.get("created_at").textValue()
                    + "','commit_id':null}"));
    assertThat(
            refusal(() -> kit.decision("elsewhere", brief.get("decision_id").textValue())).status())
        .isEqualTo(404);
  }

  @Test
  void shadowRulesHaveASelectionOfTheirOwn() {
    UUID rule = kit.rule(scope, "{}", "{'tool':{'deny':['rm','psql']}}");
    kit.state(rule, scope, "shadow");
    JsonNode rules = select(",'include_shadow':true").get("rules");
    assertThat(rules.at("/shadow_selection/fallback/reason").textValue())
        .isEqualTo("deny_filtered_all");
    assertThat(rules.has("shadow_tool_conflicts_summary")).isTrue();
    assertThat(select("").at("/rules").has("shadow_selection")).isFalse();
  }

  @Test
  void aStrictSelectionThatFailsIsNotRemembered() {
    active("{}", "{'tool':{'allow':['x']}}");
    assertThat(refusal(() -> select("")).code()).isEqualTo("no_tools_allowed");
    assertThat(rows("memory_execution_decisions")).isZero();
    assertThat(select(",'strict':false").at("/selection/selected").textValue()).isEqualTo("rm");
  }

  @Test
  void aKeyKeepsARepeatFromMakingASecondDecision() {
    SelectRequest wish =
        SelectRequest.read(body("{'scope':'" + scope + "','candidates':['a']}"), kit.settings);
    Once once = new Once("default", "p", "r", UUID.randomUUID().toString(), "sha");
    JsonNode first = kit.tools.select(wish, once).body();
    Once.Answer second = kit.tools.select(wish, once);
    assertThat(second.replayed()).isTrue();
    assertThat(second.body().get("decision")).isEqualTo(first.get("decision"));
    assertThat(rows("memory_execution_decisions")).isEqualTo(1);
  }

  @Test
  void withoutRulesNothingIsRecorded() {
    JsonNode answer = feedback("'decision_id':'00000000-0000-4000-8000-000000000009','run_id':'r'");
    assertThat(answer)
        .isEqualTo(
            body(
                "{'ok':true,'scope':'"
                    + scope
                    + "','tenant_id':'default','updated_rules':0,'rule_node_ids':[],'commit_id':null,"
                    + "'commit_hash':null,'note':'"
                    + answer.get("note").textValue()
                    + "'}"));
    assertThat(rows("memory_commits")).isZero();
  }

  @Test
  void decisionsAreProvidedInferredOrMadeUp() {
    UUID rule = active("{'a':1}", "{'tool':{'prefer':['psql']}}");
    String decision = select(",'run_id':'one'").at("/decision/decision_id").textValue();

    JsonNode provided = feedback("'decision_id':'" + decision + "','run_id':'one'");
    assertThat(provided.fieldNames())
        .toIterable()
        .containsExactly(
            "ok",
            "scope",
            "tenant_id",
            "updated_rules",
            "rule_node_ids",
            "commit_id",
            "commit_hash",
            "decision_id",
            "decision_link_mode",
            "decision_policy_sha256");
    assertThat(provided.get("decision_link_mode").textValue()).isEqualTo("provided");
    JsonNode inferred = feedback("'run_id':'one'");
    assertThat(inferred.get("decision_link_mode").textValue()).isEqualTo("inferred");
    assertThat(inferred.get("decision_id").textValue()).isEqualTo(decision);
    JsonNode created = feedback("'run_id':'two'");
    assertThat(created.get("decision_link_mode").textValue()).isEqualTo("created_from_feedback");
    JsonNode madeUp = kit.decision(scope, created.get("decision_id").textValue()).get("decision");
    assertThat(madeUp.get("metadata")).isEqualTo(body("{'source':'feedback_derived'}"));
    assertThat(madeUp.get("commit_id")).isEqualTo(created.get("commit_id"));
    assertThat(madeUp.get("source_rule_ids").toString()).isEqualTo("[\"" + rule + "\"]");
    assertThat(
            kit.value(
                "select positive_count from memory_rule_defs where rule_node_id = '" + rule + "'"))
        .isEqualTo("3");
    assertThat(
            kit.value(
                "select count(distinct decision_id) || ' ' || min(source) from memory_rule_feedback where rule_node_id = '"
                    + rule
                    + "'"))
        .isEqualTo("2 tools_feedback");
    assertThat(
            Jsons.stored(
                kit.value(
                    "select diff_json::text from memory_commits where id = '"
                        + created.get("commit_id").textValue()
                        + "'")))
        .isEqualTo(
            body(
                "{'tool_feedback':[{'decision_id':'"
                    + created.get("decision_id").textValue()
                    + "','decision_link_mode':'created_from_feedback','run_id':'two','outcome':'positive',"
                    + "'selected_tool':'psql','candidates':['rm','psql'],'rule_node_ids':['"
                    + rule
                    + "'],'target':'tool'}]}"));
  }

  @Test
  void aDecisionWithoutRunTakesTheRunOfItsFirstFeedback() {
    active("{'a':1}", "{'tool':{'prefer':['psql']}}");
    String decision = select("").at("/decision/decision_id").textValue();
    assertThat(feedback("'run_id':'one'").get("decision_id").textValue()).isEqualTo(decision);
    assertThat(kit.decision(scope, decision).at("/decision/run_id").textValue()).isEqualTo("one");
    ApiException refusal =
        refusal(() -> feedback("'run_id':'two','decision_id':'" + decision + "'"));
    assertThat(refusal.code()).isEqualTo("decision_run_id_mismatch");
    assertThat(refusal.body().get("details"))
        .isEqualTo(
            body(
                "{'decision_id':'"
                    + decision
                    + "','decision_run_id':'one','request_run_id':'two'}"));
    assertThat(feedback("'run_id':'two'").get("decision_link_mode").textValue())
        .isEqualTo("created_from_feedback");
  }

  @Test
  void eachMismatchHasItsCode() {
    active("{}", "{'tool':{'prefer':['psql']}}");
    String decision = select("").at("/decision/decision_id").textValue();
    String named = "'decision_id':'" + decision + "'";
    String wrongTool =
        feedbackBody("'candidates':['rm','psql']," + named)
            .replace("'selected_tool':'psql'", "'selected_tool':' rm '");
    ApiException tool = refusal(() -> kit.toolFeedback(wrongTool));
    assertThat(tool.code()).isEqualTo("decision_selected_tool_mismatch");
    assertThat(tool.body().get("details"))
        .isEqualTo(
            body(
                "{'decision_id':'"
                    + decision
                    + "','decision_selected_tool':'psql','request_selected_tool':'rm'}"));
    assertThat(
            refusal(() -> kit.toolFeedback(feedbackBody("'candidates':['psql','rm']," + named)))
                .code())
        .isEqualTo("decision_candidates_mismatch");
    assertThat(
            refusal(() ->
                    kit.toolFeedback(
                        feedbackBody("'context':{'a':2},'candidates':['rm','psql']," + named)))
                .code())
        .isEqualTo("decision_context_mismatch");
    assertThat(
            kit.toolFeedback(
                    feedbackBody(
                        "'context':{'agent':{'id':'me'}},'candidates':['rm','psql']," + named))
                .get("updated_rules")
                .intValue())
        .as("a context that only says who acts is not compared")
        .isEqualTo(1);
    ApiException unknown =
        refusal(() -> feedback("'decision_id':'00000000-0000-4000-8000-000000000009'"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.code()).isEqualTo("decision_not_found_in_scope");
  }

  @Test
  void creditGoesToTheRulesThatDecidedNotToThoseOfNow() {
    UUID decided = active("{}", "{'tool':{'prefer':['psql']}}");
    String decision = select("").at("/decision/decision_id").textValue();
    kit.state(decided, scope, "disabled");
    UUID later = active("{}", "{'tool':{'prefer':['psql']}}");

    JsonNode answer = feedback("'decision_id':'" + decision + "'");

    assertThat(answer.get("rule_node_ids").toString()).isEqualTo("[\"" + decided + "\"]");
    assertThat(feedback("'run_id':'new'").get("rule_node_ids").toString())
        .contains(later.toString());
  }

  @Test
  void onlyRulesAboutToolsAreCreditedUnlessAllAreMeant() {
    UUID about = active("{}", "{'tool':{'prefer':['psql']}}");
    UUID output = active("{}", "{'output':{'format':'json'}}");
    UUID shadow = kit.rule(scope, "{}", "{'tool':{'deny':['rm']}}");
    kit.state(shadow, scope, "shadow");

    assertThat(feedback("'run_id':'1'").get("rule_node_ids"))
        .isEqualTo(Jsons.array().add(about.toString()));
    assertThat(feedback("'run_id':'2','target':'all'").get("rule_node_ids"))
        .extracting(JsonNode::textValue)
        .containsExactlyInAnyOrder(about.toString(), output.toString());
    assertThat(feedback("'run_id':'3','include_shadow':true").get("rule_node_ids"))
        .extracting(JsonNode::textValue)
        .containsExactlyInAnyOrder(about.toString(), shadow.toString());
  }

  @Test
  void oldDecisionsAndFeedbacksArePurged() {
    active("{}", "{'tool':{'prefer':['psql']}}");
    feedback("'run_id':'1'");
    select("");
    kit.execute(
        "update memory_execution_decisions set created_at = now() - interval '91 days' where scope = '"
            + scope
            + "' and commit_id is null");
    kit.execute(
        "update memory_rule_feedback set created_at = now() - interval '91 days' where scope = '"
            + scope
            + "'");
    assertThat(kit.housekeeping.run()).isEqualTo(2);
    assertThat(rows("memory_execution_decisions")).isEqualTo(1);
    assertThat(rows("memory_rule_feedback")).isZero();
    assertThat(
            new PolicyKit(testDatabase.dataSource(), "PERDURA_POLICY_KEEP_DAYS", "0")
                .housekeeping.run())
        .isZero();
  }

  @Test
  void anOldDecisionStaysAsLongAsFeedbackThatNamesIt() {
    active("{}", "{'tool':{'prefer':['psql']}}");
    feedback("'run_id':'1'");
    kit.execute(
        "update memory_execution_decisions set created_at = now() - interval '91 days' where scope = '"
            + scope
            + "'");
    assertThat(kit.housekeeping.run()).isZero();
    assertThat(rows("memory_execution_decisions")).isEqualTo(1);
    kit.execute(
        "update memory_rule_feedback set created_at = now() - interval '91 days' where scope = '"
            + scope
            + "'");
    assertThat(kit.housekeeping.run()).isEqualTo(2);
  }

  @Test
  void figuresTellOfLooksAndSelections() {
    PolicyKit fresh = new PolicyKit(testDatabase.dataSource());
    active("{'a':1}", "{'tool':{'deny':['rm']}}");
    String body = "{'scope':'" + scope + "','context':{'a':1},'candidates':['%s'],'strict':%s}";
    fresh.select(body.formatted("psql", true));
    fresh.select(body.formatted("rm", false));
    refusal(() -> fresh.select(body.formatted("rm", true)));

    assertThat(fresh.figures.counts)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "misses",
                1,
                "compiled",
                1,
                "rules",
                1,
                "hits",
                2,
                "evaluated",
                3,
                "selected",
                1,
                "none",
                1,
                "refused",
                1));
  }
}
