package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The policy loop over HTTP: whole bodies of the contract's sections 5 to 7. */
class PolicyContractIT {
  private static final String EMPTY_POLICY =
      "681a2313e3abb9da1a668cd8007fb1a786f62c3551fccb105691e4272f410ce3";

  private final Api api = SharedServer.get().api();
  private final String scope = "policy-" + UUID.randomUUID();

  private Api.Answer post(String path, String rest) {
    return post(path, rest, Map.of());
  }

  private Api.Answer post(String path, String rest, Map<String, String> headers) {
    String body = "{'scope':'" + scope + "'" + (rest.isEmpty() ? "" : "," + rest) + "}";
    return api.post("/v1/memory/" + path, body.replace('\'', '"'), headers);
  }

  /** Writes the contract's example rule and returns its id. */
  private String writeRule() {
    post(
            "write",
            "'memory_lane':'shared','input_text':'author rule','nodes':[{'client_id':'rule:prefer-psql','type':'rule',"
                + "'text_summary':'Use psql for JSON work','slots':{'if':{'intent':'json','tool.name':{'$in':['psql','curl']}},"
                + "'then':{'tool':{'prefer':['psql'],'deny':['rm']},'output':{'format':'json'}},'exceptions':[{'user':{'id':'guest'}}],"
                + "'rule_scope':'team','target_team_id':'ops','rule_meta':{'priority':2,'weight':1.5}}}]")
        .ok();
    return post("find", "'client_id':'rule:prefer-psql'").ok().at("/nodes/0/id").textValue();
  }

  private JsonNode state(String rule, String state) {
    return post(
            "rules/state",
            "'rule_node_id':'" + rule + "','state':'" + state + "','input_text':'go'")
        .ok();
  }

  private static String context(String more) {
    return "'context':{'intent':'json','tool':{'name':'psql'},'agent':{'id':'planner-1','team_id':'ops'}"
        + more
        + "}";
  }

  private static String rank(int score) {
    return "{'score':" + score + ",'evidence_score':0,'priority':2,'weight':1.5,'specificity':2}";
  }

  private static String visibility(int matched) {
    return "{'agent':{'id':'planner-1','team_id':'ops'},'rule_scope':{'scanned':1,'filtered_by_scope':0,'filtered_by_lane':0,"
        + "'filtered_by_condition':0,'skipped_invalid_then':0,'matched_active':"
        + matched
        + ",'matched_shadow':0},'lane':{'applied':true,'reason':'enforced_agent_team','legacy_unowned_private_visible':0,"
        + "'legacy_unowned_private_detected':0}}";
  }

  private static String applied(String rule, String more) {
    return "{'policy':{'tool':{'deny':['rm'],'prefer':['psql']},'output':{'format':'json'}},'sources':[{'rule_node_id':'"
        + rule
        + "','state':'active','commit_id':'<uuid>','touched_paths':['output.format','tool.deny','tool.prefer'],'rank':"
        + rank(2002)
        + "}],'conflicts':[],'conflict_explain':[],'tool_explain':{'notes':['<text>'],'contributions':[{'rule_node_id':'"
        + rule
        + "','score':2002,'evidence_score':0,'priority':2,'weight':1.5,'specificity':2,'allow_n':0,'deny_n':1,'prefer_n':1,"
        + "'first_prefer':'psql'}],'winners':{'prefer_by_tool':{'psql':'"
        + rule
        + "'},'deny_by_tool':{'rm':'"
        + rule
        + "'}},'conflicts':[]}"
        + more
        + "}";
  }

  private static final String NO_SHADOW =
      ",'shadow_policy':{'tool':{}},'shadow_sources':[],'shadow_conflicts':[],'shadow_conflict_explain':[],"
          + "'shadow_tool_explain':{'notes':['<text>'],'contributions':[],'winners':{'prefer_by_tool':{},'deny_by_tool':{}},"
          + "'conflicts':[]}";

  @Test
  void theExampleRuleIsPutInForceAndEvaluated() {
    String rule = writeRule();
    assertThat(post("rules/evaluate", context("")).ok().get("considered").intValue())
        .as("a draft is not looked at")
        .isZero();

    Wire.assertBody(
        state(rule, "active"),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','commit_id':'<uuid>','commit_hash':'<hash>'}");

    Wire.assertBody(
        post("rules/evaluate", context("")).ok(),
        "{'scope':'"
            + scope
            + "','tenant_id':'default','considered':1,'matched':1,'skipped_invalid_then':0,'invalid_then_sample':[],"
            + "'active':[{'rule_node_id':'"
            + rule
            + "','state':'active','rule_scope':'team','target_agent_id':null,'target_team_id':'ops',"
            + "'summary':'Use psql for JSON work','if_json':{'intent':'json','tool.name':{'$in':['psql','curl']}},"
            + "'then_json':{'tool':{'prefer':['psql'],'deny':['rm']},'output':{'format':'json'}},"
            + "'exceptions_json':[{'user':{'id':'guest'}}],'stats':{'positive':0,'negative':0},'rank':"
            + rank(2002)
            + ",'match_detail':{'condition_paths':['intent','tool.name'],'condition_path_count':2},'commit_id':'<uuid>'}],"
            + "'shadow':[],'agent_visibility_summary':"
            + visibility(1)
            + ",'applied':"
            + applied(rule, NO_SHADOW)
            + "}");
    assertThat(
            post("rules/evaluate", context(",'user':{'id':'guest'}"))
                .ok()
                .get("matched")
                .intValue())
        .as("the exception")
        .isZero();
  }

  @Test
  void aToolIsSelectedRememberedAndLookedUp() {
    String rule = writeRule();
    state(rule, "active");

    JsonNode answer =
        post("tools/select", context("") + ",'candidates':[' rm ','psql','rm'],'run_id':'run-7'")
            .ok();

    String selection =
        "{'candidates':['rm','psql'],'allowed':['psql'],'denied':[{'name':'rm','reason':'deny_list'}],"
            + "'preferred':['psql'],'ordered':['psql'],'selected':'psql',"
            + "'fallback':{'applied':false,'reason':'none','note':'<text>','effective_mode':'deny_only'}}";
    Wire.assertBody(
        answer,
        "{'scope':'"
            + scope
            + "','tenant_id':'default','candidates':['rm','psql'],'selection':"
            + selection
            + ",'rules':{'considered':1,'matched':1,'skipped_invalid_then':0,'invalid_then_sample':[],"
            + "'agent_visibility_summary':"
            + visibility(1)
            + ",'applied':"
            + applied(rule, "")
            + ",'tool_conflicts_summary':[]},'decision':{'decision_id':'<uuid>','run_id':'run-7','selected_tool':'psql',"
            + "'policy_sha256':'"
            + Hashes.sha256Hex(
                "{\"output\":{\"format\":\"json\"},\"tool\":{\"deny\":[\"rm\"],\"prefer\":[\"psql\"]}}")
            + "','source_rule_ids':['"
            + rule
            + "'],'created_at':'<time>'}}");

    String decision = answer.at("/decision/decision_id").textValue();
    Wire.assertBody(
        post("tools/decision", "'decision_id':'" + decision + "'").ok(),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','decision':{'decision_id':'"
            + decision
            + "','decision_kind':'tools_select','run_id':'run-7','selected_tool':'psql','candidates':['rm','psql'],"
            + "'context_sha256':'<hash>','policy_sha256':'<hash>','source_rule_ids':['"
            + rule
            + "'],'metadata':{'strict':true,'include_shadow':false,'rules_limit':50,'matched_rules':1,"
            + "'tool_conflicts_summary':[]},'created_at':'"
            + answer.at("/decision/created_at").textValue()
            + "','commit_id':null}}");
    Api.Answer unknown =
        api.post(
            "/v1/memory/tools/decision",
            "{\"scope\":\"elsewhere\",\"decision_id\":\"" + decision + "\"}");
    assertThat(unknown.status()).isEqualTo(404);
    Wire.assertBody(
        unknown.json(),
        "{'error':'decision_not_found_in_scope','message':'<text>','details':{'decision_id':'"
            + decision
            + "','scope':'elsewhere','tenant_id':'default'}}");
  }

  @Test
  void withoutRulesEveryToolPassesUnderTheEmptyPolicy() {
    JsonNode answer = post("tools/select", "'candidates':['a']").ok();
    assertThat(answer.at("/decision/policy_sha256").textValue()).isEqualTo(EMPTY_POLICY);
    assertThat(answer.at("/selection/selected").textValue()).isEqualTo("a");
  }

  @Test
  void nothingThatPassesIsARefusal() {
    state(writeRule(), "active");
    Api.Answer refused = post("tools/select", context("") + ",'candidates':['rm']");
    assertThat(refused.status()).isEqualTo(400);
    Wire.assertBody(
        refused.json(),
        "{'error':'no_tools_allowed','message':'<text>','details':{'candidates':1,'allow':0,'deny':1}}");
  }

  @Test
  void feedbackOnARuleAndOnATool() {
    String rule = writeRule();
    Wire.assertBody(
        post("feedback", "'rule_node_id':'" + rule + "','outcome':'positive','input_text':'good'")
            .ok(),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','commit_id':'<uuid>','commit_hash':'<hash>','feedback_id':'<uuid>'}");
    state(rule, "active");
    String run = ",'run_id':'r-1','candidates':['rm','psql']";
    String decision =
        post("tools/select", context("") + run).ok().at("/decision/decision_id").textValue();
    String said =
        context("") + run + ",'selected_tool':'psql','outcome':'positive','input_text':'ok'";

    String expected =
        "{'ok':true,'scope':'"
            + scope
            + "','tenant_id':'default','updated_rules':1,'rule_node_ids':['"
            + rule
            + "'],'commit_id':'<uuid>','commit_hash':'<hash>','decision_id':'%s','decision_link_mode':'%s',"
            + "'decision_policy_sha256':'<hash>'}";
    Wire.assertBody(
        post("tools/feedback", said + ",'decision_id':'" + decision + "'").ok(),
        expected.formatted(decision, "provided"));
    Wire.assertBody(post("tools/feedback", said).ok(), expected.formatted(decision, "inferred"));
    Wire.assertBody(
        post("tools/feedback", said.replace("r-1", "r-2")).ok(),
        expected.formatted("<uuid>", "created_from_feedback"));
    assertThat(post("rules/evaluate", context("")).ok().at("/active/0/stats/positive").intValue())
        .isEqualTo(4);

    ObjectNode chain =
        (ObjectNode)
            api.post("/v1/admin/chain/verify", "{\"scope\":\"" + scope + "\"}", Api.ADMIN).ok();
    assertThat(chain.get("valid").booleanValue()).isTrue();
  }

  @Test
  void aRepeatedFeedbackCountsOnce() {
    String rule = writeRule();
    String said = "'rule_node_id':'" + rule + "','outcome':'positive','input_text':'good'";
    Map<String, String> retry = Map.of("x-request-id", UUID.randomUUID().toString());
    JsonNode first = post("feedback", said, retry).ok();
    Api.Answer second = post("feedback", said, retry);
    assertThat(second.ok()).isEqualTo(first);
    assertThat(second.header("idempotency-replayed")).isEqualTo("true");
    assertThat(post("feedback", said).ok().get("feedback_id"))
        .isNotEqualTo(first.get("feedback_id"));
  }

  @Test
  void feedbackWithoutRulesRecordsNothing() {
    Wire.assertBody(
        post(
                "tools/feedback",
                "'candidates':['a'],'selected_tool':'a','outcome':'neutral','input_text':'x'")
            .ok(),
        "{'ok':true,'scope':'"
            + scope
            + "','tenant_id':'default','updated_rules':0,'rule_node_ids':[],'commit_id':null,'commit_hash':null,"
            + "'note':'<text>'}");
  }

  @Test
  void anUnknownRuleIsTold() {
    Api.Answer answer =
        post(
            "rules/state",
            "'rule_node_id':'00000000-0000-4000-8000-000000000009','state':'active','input_text':'x'");
    assertThat(answer.status()).isEqualTo(400);
    Wire.assertBody(
        answer.json(),
        "{'error':'rule_not_found_in_scope','message':'<text>','details':{"
            + "'rule_node_id':'00000000-0000-4000-8000-000000000009','scope':'"
            + scope
            + "','tenant_id':'default'}}");
  }

  @Test
  void planningAgreesWithItsParts() {
    String rule = writeRule();
    state(rule, "active");
    JsonNode plan =
        post(
                "planning/context",
                context("")
                    + ",'query_text':'which   tool','tool_candidates':['rm','psql'],'run_id':'p-1'")
            .ok();

    JsonNode rules = post("rules/evaluate", context("") + ",'include_shadow':false").ok();
    JsonNode tools = post("tools/select", context("") + ",'candidates':['rm','psql']").ok();
    assertThat(plan.fieldNames())
        .toIterable()
        .containsExactly("tenant_id", "scope", "query", "recall", "rules", "tools");
    Wire.assertBody(
        plan.get("query"), "{'text':'which tool','embedding_provider':'fake:deterministic'}");
    assertThat(plan.get("rules")).isEqualTo(rules);
    assertThat(plan.at("/tools/selection")).isEqualTo(tools.get("selection"));
    assertThat(plan.at("/tools/decision/run_id").textValue()).isEqualTo("p-1");
    assertThat(plan.get("recall").fieldNames())
        .toIterable()
        .contains("seeds", "subgraph", "ranked", "context", "trajectory", "observability");
    assertThat(post("planning/context", "'query_text':'q','tool_candidates':[]").ok().has("tools"))
        .isFalse();
    Api.Answer refused =
        post("planning/context", context("") + ",'query_text':'q','tool_candidates':['rm']");
    assertThat(refused.json().get("error").textValue()).isEqualTo("no_tools_allowed");
  }

  @Test
  void aRecallCarriesTheRulesOfItsContext() {
    String rule = writeRule();
    state(rule, "active");
    JsonNode recall =
        post(
                "recall_text",
                "'query_text':'q'," + context("").replace("'context'", "'rules_context'"))
            .ok();
    Wire.assertBody(
        recall.get("rules"),
        "{'scope':'"
            + scope
            + "','considered':1,'matched':1,'skipped_invalid_then':0,'invalid_then_sample':[],'applied':"
            + applied(rule, "")
            + "}");
  }

  @Test
  void aScopeIsErasedWithItsDecisionsAndFeedback() {
    String rule = writeRule();
    state(rule, "active");
    post("tools/select", context("") + ",'candidates':['psql']").ok();
    post(
            "feedback",
            "'rule_node_id':'" + rule + "','outcome':'neutral','note':'secret','input_text':'x'")
        .ok();
    JsonNode erased =
        api.post("/v1/admin/erase/scope", "{\"scope\":\"" + scope + "\"}", Api.ADMIN).ok();
    assertThat(erased.at("/removed/memory_execution_decisions").intValue()).isEqualTo(1);
    assertThat(erased.at("/removed/memory_rule_feedback").intValue()).isEqualTo(1);
    assertThat(erased.at("/residue/clean").booleanValue()).isTrue();
    assertThat(post("rules/evaluate", context("")).ok().get("considered").intValue()).isZero();
  }

  @Test
  void theMetricsTellWhatTheLoopDid() {
    state(writeRule(), "active");
    post("tools/select", context("") + ",'candidates':['psql']").ok();
    assertThat(SharedServer.get().server().management().get("/metrics").text())
        .contains(
            "perdura_policy_evaluation_seconds_count",
            "perdura_policy_compile_seconds_count",
            "perdura_policy_compiled_rules_total",
            "perdura_policy_cache_misses_total")
        .containsPattern("perdura_policy_cache_hits_total\\{[^}]*} [0-9]")
        .containsPattern("perdura_policy_selections_total\\{[^}]*outcome=\"selected\"[^}]*} [1-9]");
  }
}
