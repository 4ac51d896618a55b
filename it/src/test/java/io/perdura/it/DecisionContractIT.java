package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How an execution is traced back: decisions and their links, whole bodies of 7.4 to 7.6. */
class DecisionContractIT {
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000009";
  private static final String CONTEXT = "'context':{'intent':'json'}";
  private static final String CANDIDATES = ",'candidates':['rm','psql']";

  private final Api api = SharedServer.get().api();
  private final String scope = "decisions-" + UUID.randomUUID();

  private Api.Answer post(String path, String rest) {
    String body = "{'scope':'" + scope + "'," + rest + "}";
    return api.post("/v1/memory/" + path, body.replace('\'', '"'));
  }

  private String rule(String state, String then) {
    String client = "rule:" + UUID.randomUUID();
    post(
            "write",
            "'memory_lane':'shared','input_text':'r','nodes':[{'client_id':'"
                + client
                + "','type':'rule','slots':{'if':{'intent':'json'},'then':"
                + then
                + "}}]")
        .ok();
    String id = post("find", "'client_id':'" + client + "'").ok().at("/nodes/0/id").textValue();
    post("rules/state", "'rule_node_id':'" + id + "','state':'" + state + "','input_text':'go'")
        .ok();
    return id;
  }

  private String decide(String more) {
    return post("tools/select", CONTEXT + CANDIDATES + more)
        .ok()
        .at("/decision/decision_id")
        .textValue();
  }

  private Api.Answer feedback(String more) {
    return post(
        "tools/feedback",
        CONTEXT
            + CANDIDATES
            + ",'selected_tool':'psql','outcome':'negative','input_text':'slow'"
            + more);
  }

  private void refuses(Api.Answer answer, String error, String details) {
    assertThat(answer.status()).isEqualTo(400);
    Wire.assertBody(
        answer.json(), "{'error':'" + error + "','message':'<text>','details':{" + details + "}}");
  }

  @Test
  void aFeedbackWithoutDecisionMakesOneUpThatCanBeLookedUp() {
    String rule = rule("active", "{'tool':{'prefer':['psql']}}");
    JsonNode said = feedback(",'run_id':'r-1','note':'took long'").ok();
    Wire.assertBody(
        said,
        "{'ok':true,'scope':'"
            + scope
            + "','tenant_id':'default','updated_rules':1,'rule_node_ids':['"
            + rule
            + "'],'commit_id':'<uuid>','commit_hash':'<hash>','decision_id':'<uuid>',"
            + "'decision_link_mode':'created_from_feedback','decision_policy_sha256':'<hash>'}");
    String decision = said.get("decision_id").textValue();
    Wire.assertBody(
        post("tools/decision", "'decision_id':'" + decision + "'").ok(),
        "{'tenant_id':'default','scope':'"
            + scope
            + "','decision':{'decision_id':'"
            + decision
            + "','decision_kind':'tools_select','run_id':'r-1','selected_tool':'psql','candidates':['rm','psql'],"
            + "'context_sha256':'<hash>','policy_sha256':'"
            + said.get("decision_policy_sha256").textValue()
            + "','source_rule_ids':['"
            + rule
            + "'],'metadata':{'source':'feedback_derived'},'created_at':'<time>','commit_id':'"
            + said.get("commit_id").textValue()
            + "'}}");
    assertThat(feedback(",'run_id':'r-1'").ok().get("decision_link_mode").textValue())
        .isEqualTo("inferred");
  }

  @Test
  void aDecisionThatTheFeedbackCannotBeAboutIsToldWithItsOwnCode() {
    rule("active", "{'tool':{'prefer':['psql']}}");
    String decision = decide(",'run_id':'r-1'");
    String named = ",'decision_id':'" + decision + "'";

    refuses(
        feedback(",'decision_id':'" + UNKNOWN + "'"),
        "decision_not_found_in_scope",
        "'decision_id':'" + UNKNOWN + "','scope':'" + scope + "','tenant_id':'default'");
    refuses(
        feedback(named + ",'selected_tool':'rm'"),
        "decision_selected_tool_mismatch",
        "'decision_id':'"
            + decision
            + "','decision_selected_tool':'psql','request_selected_tool':'rm'");
    refuses(
        feedback(named + ",'candidates':['psql','rm']"),
        "decision_candidates_mismatch",
        "'decision_id':'" + decision + "'");
    refuses(
        feedback(named + ",'run_id':'r-2'"),
        "decision_run_id_mismatch",
        "'decision_id':'" + decision + "','decision_run_id':'r-1','request_run_id':'r-2'");
    refuses(
        feedback(named + ",'context':{'intent':'json','more':1}"),
        "decision_context_mismatch",
        "'decision_id':'"
            + decision
            + "','decision_context_sha256':'<hash>','request_context_sha256':'<hash>'");
    assertThat(feedback(named).ok().get("decision_link_mode").textValue()).isEqualTo("provided");
  }

  @Test
  void aDecisionWithoutARunTakesTheRunOfItsFeedback() {
    rule("active", "{'tool':{'prefer':['psql']}}");
    String decision = decide("");
    feedback(",'decision_id':'" + decision + "','run_id':'late'").ok();
    JsonNode found = post("tools/decision", "'decision_id':'" + decision + "'").ok();
    assertThat(found.at("/decision/run_id").textValue()).isEqualTo("late");
    assertThat(found.at("/decision/commit_id").isNull()).as("made by a selection").isTrue();
  }

  @Test
  void anUnknownDecisionIs404WhereItWasAskedFor() {
    Api.Answer answer = post("tools/decision", "'decision_id':'" + UNKNOWN + "'");
    assertThat(answer.status()).isEqualTo(404);
    Wire.assertBody(
        answer.json(),
        "{'error':'decision_not_found_in_scope','message':'<text>','details':{'decision_id':'"
            + UNKNOWN
            + "','scope':'"
            + scope
            + "','tenant_id':'default'}}");
  }

  @Test
  void anAllowListThatLeavesNothingAndAShadowRuleShowInTheSelection() {
    String active = rule("active", "{'tool':{'allow':['curl']}}");
    String shadow = rule("shadow", "{'tool':{'deny':['rm']}}");
    JsonNode answer =
        post("tools/select", CONTEXT + CANDIDATES + ",'strict':false,'include_shadow':true").ok();

    Wire.assertBody(
        answer.get("selection"),
        "{'candidates':['rm','psql'],'allowed':['rm','psql'],'denied':[],'preferred':[],'ordered':['rm','psql'],"
            + "'selected':'rm','fallback':{'applied':true,'reason':'allowlist_filtered_all','note':'<text>',"
            + "'effective_mode':'deny_only'}}");
    Wire.assertBody(
        answer.at("/rules/shadow_selection"),
        "{'candidates':['rm','psql'],'allowed':['psql'],'denied':[{'name':'rm','reason':'deny_list'}],"
            + "'preferred':[],'ordered':['psql'],'selected':'psql','fallback':{'applied':false,'reason':'none',"
            + "'note':'<text>','effective_mode':'deny_only'}}");
    assertThat(answer.get("rules").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "considered",
            "matched",
            "skipped_invalid_then",
            "invalid_then_sample",
            "agent_visibility_summary",
            "applied",
            "tool_conflicts_summary",
            "shadow_selection",
            "shadow_tool_conflicts_summary");
    assertThat(answer.at("/rules/tool_conflicts_summary/0").textValue())
        .startsWith("[allow_intersection] ");
    assertThat(answer.at("/rules/applied/shadow_sources/0/rule_node_id").textValue())
        .isEqualTo(shadow);
    Wire.assertBody(
        post(
                "tools/decision",
                "'decision_id':'" + answer.at("/decision/decision_id").textValue() + "'")
            .ok()
            .get("decision"),
        "{'decision_id':'<uuid>','decision_kind':'tools_select','run_id':null,'selected_tool':'rm',"
            + "'candidates':['rm','psql'],'context_sha256':'<hash>','policy_sha256':'<hash>','source_rule_ids':['"
            + active
            + "'],'metadata':{'strict':false,'include_shadow':true,'rules_limit':50,'matched_rules':2,"
            + "'tool_conflicts_summary':['<text>'],'shadow_tool_conflicts_summary':[]},'created_at':'<time>',"
            + "'commit_id':null}");
  }
}
