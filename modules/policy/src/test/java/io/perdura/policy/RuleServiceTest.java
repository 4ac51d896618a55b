package io.perdura.policy;

import static io.perdura.policy.PolicyKit.body;
import static io.perdura.policy.PolicyKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.memory.WriteIdentity;
import io.perdura.recall.RulesWish;
import io.perdura.schema.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sections 5.5 and 7.1 to 7.3 of the policy contract, on a real database. */
class RuleServiceTest {
  private static TestDatabase testDatabase;
  private static PolicyKit kit;

  /** A second server on the same database. */
  private static PolicyKit other;

  private final String scope = "s-" + UUID.randomUUID();

  @BeforeAll
  static void open() {
    testDatabase = TestDatabase.fresh();
    kit = new PolicyKit(testDatabase.dataSource(), "PII_REDACTION", "true");
    other = new PolicyKit(testDatabase.dataSource(), "PII_REDACTION", "true");
  }

  @AfterAll
  static void close() {
    testDatabase.close();
  }

  private int matched(PolicyKit server) {
    return server.evaluate("{'scope':'" + scope + "','context':{'a':1}}").get("matched").intValue();
  }

  private String commit(JsonNode answer, String column) {
    return kit.value(
        "select "
            + column
            + " from memory_commits where id = '"
            + answer.get("commit_id").textValue()
            + "'");
  }

  @Test
  void everyServerEvaluatesTheNewStateFromTheAnswerOn() {
    UUID rule = kit.rule(scope, "{'a':1}", "{'output':{'format':'json'}}");
    for (int i = 0; i < 3; i++) {
      assertThat(matched(kit)).isZero();
      assertThat(matched(other)).isZero();
      kit.state(rule, scope, "active");
      assertThat(matched(other)).isEqualTo(1);
      assertThat(matched(kit)).isEqualTo(1);
      other.state(rule, scope, i % 2 == 0 ? "disabled" : "draft");
    }
    kit.state(rule, scope, "shadow");
    assertThat(matched(other)).isEqualTo(1);
    kit.execute("delete from memory_nodes where id = '" + rule + "'");
    assertThat(matched(kit)).as("an erased rule is gone at once").isZero();
    assertThat(matched(other)).isZero();
  }

  @Test
  void feedbackCountsAtOnceOnEveryServer() {
    UUID rule = kit.rule(scope, "{}", "{}");
    kit.state(rule, scope, "active");
    matched(other);
    kit.feedback(
        "{'scope':'"
            + scope
            + "','rule_node_id':'"
            + rule
            + "','outcome':'positive','input_text':'x'}");
    assertThat(other.evaluate("{'scope':'" + scope + "'}").at("/active/0/rank/score").intValue())
        .isEqualTo(100);
  }

  @Test
  void aStateChangeIsACommitWithTheContractsHash() {
    UUID rule = kit.rule(scope, "{}", "{}");
    JsonNode first = kit.state(rule, scope, "shadow");
    JsonNode second = kit.state(rule, scope, "active");

    assertThat(first.fieldNames())
        .toIterable()
        .containsExactly("tenant_id", "scope", "commit_id", "commit_hash");
    JsonNode diff =
        body("{'rule_state_change':[{'rule_node_id':'" + rule + "','state':'active'}]}");
    String expected =
        CanonicalJson.sha256Hex(
            Jsons.object()
                .put("parentHash", first.get("commit_hash").textValue())
                .put("inputSha", Hashes.sha256Hex("x"))
                .put("diffSha", CanonicalJson.sha256Hex(diff))
                .put("scope", scope)
                .put("actor", "system")
                .put("kind", "rule_state_change"));
    assertThat(second.get("commit_hash").textValue()).isEqualTo(expected);
    assertThat(Jsons.stored(commit(second, "diff_json::text"))).isEqualTo(diff);
    assertThat(
            kit.value(
                "select d.state || ' ' || (d.commit_id = '"
                    + second.get("commit_id").textValue()
                    + "') || ' ' || (n.last_activated is not null) from memory_rule_defs d"
                    + " join memory_nodes n on n.id = d.rule_node_id where n.id = '"
                    + rule
                    + "'"))
        .isEqualTo("active true true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'if':'x'} # invalid_rule_if_json",
        "{'if':[]} # invalid_rule_if_json",
        "{'exceptions':{}} # invalid_rule_exceptions_json",
        "{'then':{'nope':1}} # invalid_rule_then_json",
        "{'if':[],'exceptions':{},'then':[]} # invalid_rule_if_json",
        "{'rule_scope':'agent'} # invalid_rule_scope_target",
        "{'rule_scope':'TEAM','target_agent_id':'a'} # invalid_rule_scope_target",
      })
  void whatIsNoRuleCannotBePutInForce(String slots, String code) {
    UUID rule = kit.rule(scope, slots, null, false);
    for (String state : new String[] {"shadow", "active"}) {
      assertThat(refusal(() -> kit.state(rule, scope, state)).code()).isEqualTo(code);
    }
    kit.state(rule, scope, "disabled");
    assertThat(
            kit.value(
                "select jsonb_typeof(if_json) || jsonb_typeof(then_json) || jsonb_typeof(exceptions_json)"
                    + " from memory_rule_defs where rule_node_id = '"
                    + rule
                    + "'"))
        .isEqualTo("objectobjectarray");
  }

  @Test
  void anInvalidPatchSaysWhatIsWrongWithIt() {
    UUID rule = kit.rule(scope, "{}", "{'output':{'format':'xml'}}");
    assertThat(refusal(() -> kit.state(rule, scope, "active")).body().get("details"))
        .isEqualTo(body("{'message':'output.format must be json, text or markdown'}"));
  }

  @Test
  void aRuleThatWasNeverDefinedIsDefinedByItsSlots() {
    UUID rule =
        kit.rule(
            scope,
            "{'if':{'a':1},'then':{'tool':{'deny':['rm']}},'rule_scope':' Agent ','target_agent_id':' me '}",
            null,
            false);
    kit.state(rule, scope, "active");
    JsonNode match =
        kit.evaluate("{'scope':'" + scope + "','context':{'a':1,'agent':{'id':'me'}}}")
            .at("/active/0");
    assertThat(match.get("rule_scope").textValue()).isEqualTo("agent");
    assertThat(match.get("target_agent_id").textValue()).isEqualTo("me");
    assertThat(match.get("then_json")).isEqualTo(body("{'tool':{'deny':['rm']}}"));
  }

  @Test
  void conditionsThatNeverMatchAreWarnedOf() {
    UUID rule = kit.rule(scope, "{'n':{'$gte':1,'$lte':9}}", "{}");
    assertThat(kit.state(rule, scope, "active").at("/warnings/0/path").textValue())
        .isEqualTo("if.n");
    assertThat(kit.state(rule, scope, "disabled").has("warnings")).isFalse();
  }

  @Test
  void feedbackIsCommittedStoredAndCounted() {
    UUID rule = kit.rule(scope, "{}", "{}");
    JsonNode answer =
        kit.feedback(
            "{'scope':'"
                + scope
                + "','rule_node_id':'"
                + rule
                + "','outcome':'positive','run_id':'r','note':'  mail  ada@example.org ','input_text':' a   b ','actor':'me'}");

    assertThat(answer.fieldNames())
        .toIterable()
        .containsExactly("tenant_id", "scope", "commit_id", "commit_hash", "feedback_id");
    assertThat(commit(answer, "input_sha256")).isEqualTo(Hashes.sha256Hex("a b"));
    assertThat(commit(answer, "kind || ' ' || actor")).isEqualTo("rule_feedback me");
    assertThat(Jsons.stored(commit(answer, "diff_json::text")))
        .isEqualTo(
            body(
                "{'feedback':[{'id':'"
                    + answer.get("feedback_id").textValue()
                    + "','rule_node_id':'"
                    + rule
                    + "','outcome':'positive','run_id':'r'}]}"));
    assertThat(
            kit.value(
                "select source || ' ' || note || ' ' || (decision_id is null) from memory_rule_feedback where id = '"
                    + answer.get("feedback_id").textValue()
                    + "'"))
        .matches("rule_feedback mail \\[EMAIL#[0-9a-f]{8}\\] true");
    kit.feedback(
        "{'scope':'"
            + scope
            + "','rule_node_id':'"
            + rule
            + "','outcome':'negative','input_text':'x'}");
    kit.feedback(
        "{'scope':'"
            + scope
            + "','rule_node_id':'"
            + rule
            + "','outcome':'neutral','input_text':'x'}");
    assertThat(
            kit.value(
                "select positive_count || ' ' || negative_count || ' ' || (last_evaluated_at is not null) || ' '"
                    + " || (updated_at = created_at) from memory_rule_defs where rule_node_id = '"
                    + rule
                    + "'"))
        .as("counters do not touch updated_at")
        .isEqualTo("1 1 true true");
  }

  @Test
  void aRuleOfAnotherScopeOrOfSomebodyElseIsUnknown() {
    UUID rule = kit.rule(scope, "{'if':{}}", "ada", true);
    assertThat(refusal(() -> kit.state(rule, "elsewhere", "active")).body().get("details"))
        .isEqualTo(
            body("{'rule_node_id':'" + rule + "','scope':'elsewhere','tenant_id':'default'}"));
    String wish =
        "{'scope':'" + scope + "','rule_node_id':'" + rule + "','state':'active','input_text':'x'}";
    RuleStateRequest request = RuleStateRequest.read(body(wish), kit.settings);
    assertThat(
            refusal(() ->
                    kit.rules.setState(request.by(new WriteIdentity("bob", null)), Once.UNKEYED))
                .code())
        .isEqualTo("rule_not_found_in_scope");
    kit.rules.setState(request.by(new WriteIdentity("ada", null)), Once.UNKEYED);
    assertThat(matched(kit)).isEqualTo(1);
  }

  @Test
  void theBlockInsideOfARecallHasSixKeys() {
    UUID rule = kit.rule(scope, "{'a':1}", "{}");
    kit.state(rule, scope, "active");
    JsonNode block =
        kit.rules.evaluate(
            io.perdura.kernel.ScopeKey.resolve(null, scope, kit.settings.defaults()),
            new RulesWish(body("{'a':1}"), false, 50));
    assertThat(block.fieldNames())
        .toIterable()
        .containsExactly(
            "scope",
            "considered",
            "matched",
            "skipped_invalid_then",
            "invalid_then_sample",
            "applied");
    assertThat(block.get("matched").intValue()).isEqualTo(1);
  }
}
