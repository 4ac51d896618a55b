package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Real answers keep the word of the OpenAPI document, to the key. */
class DescribedAnswersIT {
  private final Api api = SharedServer.get().api();
  private final Description description = Description.of(api);
  private final String scope = "described-" + UUID.randomUUID();
  private final List<String> bad = new ArrayList<>();

  @Test
  void everyEndpointAnswersAsDescribed() {
    probes();
    memory();
    sessions();
    packs();
    lifecycle();
    policy();
    administration();
    refusals();
    assertThat(bad).isEmpty();
  }

  @Test
  void theDocumentIsServedInBothFormsAndOnBothPorts() {
    Api.Answer yaml = api.get("/openapi");
    assertThat(yaml.text()).startsWith("openapi: 3.1.0");
    assertThat(api.get("/openapi", Map.of("accept", "application/json")).ok())
        .isEqualTo(description.document());
    JsonNode management = SharedServer.get().server().management().get("/openapi?format=JSON").ok();
    assertThat(management.at("/paths/~1v1~1memory~1write/post/operationId").textValue())
        .isEqualTo("write");
  }

  private void probes() {
    for (String path :
        List.of("/health", "/health/started", "/health/ready", "/health/live", "/lb-check")) {
      get(path, path, Map.of());
    }
  }

  private void memory() {
    post(
        "/v1/memory/write",
        "{'scope':'%s','input_text':'mail a@b.example','memory_lane':'shared','nodes':[{'client_id':'e','type':'event',"
            + "'text_summary':'Deploy failed','slots':{'k':1},'raw_ref':'r'},{'client_id':'t','type':'topic','title':'Deploys'},"
            + "{'type':'rule','client_id':'r','title':'Rule','slots':{'if':{'a':1},'then':{}}}],"
            + "'edges':[{'type':'part_of','src':{'client_id':'e'},'dst':{'client_id':'t'},'weight':0.9}]}");
    post(
        "/v1/memory/write",
        "{'scope':'%s','input_text':'x','auto_embed':false,'topic_cluster_async':false,'memory_lane':'shared','nodes':["
            + "{'client_id':'v','type':'event','text_summary':'with a vector','embedding':"
            + vector(1536)
            + "}]}");
    post(
        "/v1/memory/find",
        "{'scope':'%s','include_meta':true,'include_slots':true,'slots_contains':{'k':1},'consumer_agent_id':'a'}");
    post("/v1/memory/find", "{'scope':'%s','include_slots_preview':true}");
    post("/v1/memory/recall", "{'scope':'%s','query_embedding':" + vector(1536) + "}");
    post(
        "/v1/memory/recall",
        "{'scope':'%s','query_embedding':"
            + vector(1536)
            + ",'limit':5,'min_edge_weight':0,'min_edge_confidence':0,'return_debug':true,'include_embeddings':true,"
            + "'include_meta':true,'include_slots':true}");
    post("/v1/memory/recall", "{'scope':'%s-empty','query_embedding':" + vector(1536) + "}");
    post(
        "/v1/memory/recall_text",
        "{'scope':'%s','query_text':'why did the deploy fail','return_debug':true,'include_slots_preview':true,"
            + "'context_token_budget':200}");
  }

  private void sessions() {
    post(
        "/v1/memory/sessions",
        "{'scope':'%s','session_id':'s 1','memory_lane':'shared','auto_embed':true}");
    post("/v1/memory/sessions", "{'scope':'%s','session_id':'s 2','memory_lane':'shared'}");
    post(
        "/v1/memory/events",
        "{'scope':'%s','session_id':'s 1','event_id':'e','title':'t','memory_lane':'shared','metadata':{'a':1}}");
    String path = "/v1/memory/sessions/{session_id}/events";
    get(
        path,
        "/v1/memory/sessions/s%201/events?include_meta=true&include_slots=1&scope=" + scope,
        Map.of());
    get(
        path,
        "/v1/memory/sessions/s%201/events?include_slots_preview=true&scope=" + scope,
        Map.of());
    get(path, "/v1/memory/sessions/none/events?scope=" + scope, Map.of());
  }

  private void packs() {
    post("/v1/memory/packs/export", "{'scope':'%s','include_meta':false}");
    JsonNode exported = post("/v1/memory/packs/export", "{'scope':'%s'}").json();
    ObjectNode wish = Jsons.object();
    wish.set("pack", exported.get("pack"));
    wish.put("manifest_sha256", exported.at("/manifest/sha256").textValue());
    check(
        "POST",
        "/v1/memory/packs/import",
        api.post("/v1/memory/packs/import", Jsons.text(wish), Api.ADMIN));
    wish.put("verify_only", true);
    check(
        "POST",
        "/v1/memory/packs/import",
        api.post("/v1/memory/packs/import", Jsons.text(wish), Api.ADMIN));
  }

  private void lifecycle() {
    String some =
        "'client_ids':['e','none'],'node_ids':['00000000-0000-4000-8000-000000000009'],'input_text':'x'";
    post("/v1/memory/archive/rehydrate", "{'scope':'%s','target_tier':'hot'," + some + "}");
    post(
        "/v1/memory/nodes/activate",
        "{'scope':'%s','outcome':'positive','run_id':'r'," + some + "}");
    post(
        "/v1/memory/nodes/activate",
        "{'scope':'%s','node_ids':['00000000-0000-4000-8000-000000000009'],'input_text':'x'}");
  }

  private void policy() {
    String rule =
        post(
                "/v1/memory/write",
                "{'scope':'%s','input_text':'r','memory_lane':'shared','nodes':[{'client_id':'p1','type':'rule','slots':{"
                    + "'if':{'a':1,'n':{'$gte':1,'$lte':2}},'then':{'tool':{'allow':['x'],'prefer':['x']},'output':{'format':'json'}}}},"
                    + "{'client_id':'p2','type':'rule','slots':{'if':{'a':1},'then':{'tool':{'allow':['x','y'],'prefer':['y'],"
                    + "'deny':['z']},'output':{'format':'text'}},'priority':1}},"
                    + "{'client_id':'p3','type':'rule','slots':{'then':{'output':{'format':'text'},'extensions':{'e':1}}}}]}")
            .json()
            .at("/nodes/0/id")
            .textValue();
    JsonNode found = post("/v1/memory/find", "{'scope':'%s','type':'rule'}").json().get("nodes");
    for (JsonNode node : found) {
      String state = node.path("client_id").asText().equals("p3") ? "shadow" : "active";
      post(
          "/v1/memory/rules/state",
          "{'scope':'%s','rule_node_id':'"
              + node.get("id").textValue()
              + "','state':'"
              + state
              + "','input_text':'x'}");
    }
    post(
        "/v1/memory/feedback",
        "{'scope':'%s','rule_node_id':'" + rule + "','outcome':'positive','input_text':'x'}");
    String context = "'context':{'a':1,'agent':{'id':'me','team_id':'us'}}";
    post("/v1/memory/rules/evaluate", "{'scope':'%s'," + context + "}");
    post("/v1/memory/rules/evaluate", "{'scope':'%s','include_shadow':false}");
    String decision =
        post(
                "/v1/memory/tools/select",
                "{'scope':'%s','candidates':['x','y','z'],'include_shadow':true," + context + "}")
            .json()
            .at("/decision/decision_id")
            .asText();
    post(
        "/v1/memory/tools/select",
        "{'scope':'%s','candidates':['z'],'strict':false," + context + "}");
    post("/v1/memory/tools/select", "{'scope':'%s','candidates':['z']," + context + "}");
    post("/v1/memory/tools/decision", "{'scope':'%s','decision_id':'" + decision + "'}");
    post("/v1/memory/tools/decision", "{'scope':'nowhere','decision_id':'" + decision + "'}");
    String feedback =
        "{'scope':'%s','candidates':['x','y','z'],'selected_tool':'y','outcome':'negative','input_text':'x',"
            + context;
    post("/v1/memory/tools/feedback", feedback + ",'run_id':'r'}");
    post("/v1/memory/tools/feedback", feedback.replace("%s", "nowhere") + "}");
    post("/v1/memory/tools/feedback", feedback + ",'decision_id':'" + decision + "'}");
    post(
        "/v1/memory/planning/context",
        "{'scope':'%s','query_text':'q','include_shadow':true,'tool_candidates':['x','y'],'return_debug':true,"
            + context
            + "}");
    post("/v1/memory/planning/context", "{'scope':'%s','query_text':'q'}");
    post(
        "/v1/memory/recall_text",
        "{'scope':'%s','query_text':'q','rules_context':{'a':1},'rules_include_shadow':true}");
  }

  private void administration() {
    get("/v1/admin/control/members", "/v1/admin/control/members", Api.ADMIN);
    get("/v1/admin/control/members", "/v1/admin/control/members", Map.of());
    get("/v1/admin/control/configuration", "/v1/admin/control/configuration", Api.ADMIN);
    post("/v1/admin/server/drain", "{'draining':false}");
    post("/v1/admin/erase/node", "{'scope':'%s','client_id':'e'}");
    post("/v1/admin/erase/session", "{'scope':'%s','session_id':'s 1'}");
    post("/v1/admin/erase/scope", "{'scope':'%s'}");
    post("/v1/admin/erase/tenant", "{'tenant_id':'nobody-" + UUID.randomUUID() + "'}");
    post("/v1/admin/erase/residue", "{'kind':'scope','scope':'%s'}");
    get("/v1/admin/erase/ledger", "/v1/admin/erase/ledger", Api.ADMIN);
    post("/v1/admin/erase/replay", "{}");
    post("/v1/admin/chain/verify", "{'scope':'%s'}");
  }

  private void refusals() {
    post("/v1/memory/write", "{'scope':'tenant:x','input_text':'x'}");
    post("/v1/memory/write", "{}");
    post("/v1/memory/write", "{");
    post("/v1/memory/find", "{'scope':'%s','uri':'aionis://default/x/event/nope'}");
    post("/v1/memory/recall", "{'scope':'%s','query_embedding':[1]}");
    check("POST", "/v1/memory/packs/export", api.post("/v1/memory/packs/export", "{}"));
    check(
        "POST",
        "/v1/memory/write",
        api.post(
            "/v1/memory/write",
            "{\"input_text\":\"x\"}",
            Map.of("idempotency-key", "x".repeat(256))));
    check(
        "POST",
        "/v1/memory/find",
        api.send("POST", "/v1/memory/find", "application/xml", new byte[1], Map.of()));
  }

  private Api.Answer post(String path, String body) {
    Api.Answer answer = api.post(path, body.replace("%s", scope).replace('\'', '"'), Api.ADMIN);
    check("POST", path, answer);
    return answer;
  }

  private void get(String described, String path, Map<String, String> headers) {
    check("GET", described, api.get(path, headers));
  }

  private void check(String method, String path, Api.Answer answer) {
    for (String difference : description.differences(method, path, answer)) {
      bad.add(method + " " + path + " " + answer.status() + ": " + difference);
    }
    if (answer.status() >= 500 && !path.startsWith("/v1/admin")) {
      bad.add(method + " " + path + " failed: " + answer.text());
    }
  }

  private static String vector(int dimension) {
    StringBuilder text = new StringBuilder("[1");
    for (int i = 1; i < dimension; i++) {
      text.append(",0");
    }
    return text.append(']').toString();
  }
}
