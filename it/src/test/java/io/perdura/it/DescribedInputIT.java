package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every field of every request, wrong in every way that its description rules out. */
class DescribedInputIT {
  private static final String UUID = "00000000-0000-4000-8000-000000000009";

  /**
   * A body of each endpoint without any fault of its schema; what else is wrong with it keeps it
   * from being stored.
   */
  private static final Map<String, String> VALID =
      Map.ofEntries(
          Map.entry("/v1/memory/write", "{'scope':'tenant:x','input_text':'x'}"),
          Map.entry("/v1/memory/find", "{'scope':'tenant:x'}"),
          Map.entry("/v1/memory/recall", "{'scope':'tenant:x','query_embedding':[1]}"),
          Map.entry("/v1/memory/recall_text", "{'scope':'tenant:x','query_text':'x'}"),
          Map.entry("/v1/memory/sessions", "{'scope':'tenant:x','session_id':'s'}"),
          Map.entry("/v1/memory/events", "{'scope':'tenant:x','session_id':'s','title':'t'}"),
          Map.entry("/v1/memory/packs/export", "{'scope':'tenant:x'}"),
          Map.entry(
              "/v1/memory/packs/import",
              "{'pack':{'version':'aionis_pack_v1','tenant_id':'default','scope':'tenant:x'}}"),
          Map.entry(
              "/v1/memory/archive/rehydrate",
              "{'scope':'tenant:x','node_ids':['" + UUID + "'],'input_text':'x'}"),
          Map.entry(
              "/v1/memory/nodes/activate",
              "{'scope':'tenant:x','node_ids':['" + UUID + "'],'input_text':'x'}"),
          Map.entry(
              "/v1/memory/feedback",
              "{'scope':'tenant:x','rule_node_id':'"
                  + UUID
                  + "','outcome':'neutral','input_text':'x'}"),
          Map.entry(
              "/v1/memory/rules/state",
              "{'scope':'tenant:x','rule_node_id':'"
                  + UUID
                  + "','state':'draft','input_text':'x'}"),
          Map.entry("/v1/memory/rules/evaluate", "{'scope':'tenant:x'}"),
          Map.entry("/v1/memory/tools/select", "{'scope':'tenant:x','candidates':['a']}"),
          Map.entry(
              "/v1/memory/tools/decision", "{'scope':'tenant:x','decision_id':'" + UUID + "'}"),
          Map.entry(
              "/v1/memory/tools/feedback",
              "{'scope':'tenant:x','candidates':['a'],'selected_tool':'a','outcome':'neutral','input_text':'x'}"),
          Map.entry("/v1/memory/planning/context", "{'scope':'tenant:x','query_text':'x'}"),
          Map.entry("/v1/admin/erase/node", "{'scope':'tenant:x','node_id':'" + UUID + "'}"),
          Map.entry("/v1/admin/erase/session", "{'scope':'tenant:x','session_id':'s'}"),
          Map.entry("/v1/admin/erase/scope", "{'scope':'tenant:x'}"),
          Map.entry("/v1/admin/erase/tenant", "{'tenant_id':'no tenant'}"),
          Map.entry("/v1/admin/erase/residue", "{'kind':'scope','scope':'tenant:x'}"),
          Map.entry("/v1/admin/erase/replay", "{'ledger':'x'}"),
          Map.entry("/v1/admin/chain/verify", "{'scope':'tenant:x'}"),
          Map.entry("/v1/admin/control/tenants", "{'tenant_id':'no tenant'}"),
          Map.entry("/v1/admin/control/projects", "{'project_id':'p','tenant_id':'nobody'}"),
          Map.entry("/v1/admin/control/api-keys", "{'tenant_id':'nobody'}"),
          Map.entry("/v1/admin/control/api-keys/{id}/rotate", "{}"),
          Map.entry(
              "/v1/admin/control/alerts/routes",
              "{'tenant_id':'nobody','channel':'webhook','target':'https://example.com/'}"),
          Map.entry("/v1/admin/control/alerts/routes/{id}/status", "{'status':'active'}"),
          Map.entry(
              "/v1/admin/control/incident-publish/jobs",
              "{'tenant_id':'nobody','run_id':'r','source_dir':'/a','target':'s3://b/x'}"),
          Map.entry("/v1/admin/control/incident-publish/jobs/replay", "{'tenant_id':'nobody'}"),
          Map.entry(
              "/v1/admin/control/admin-credentials", "{'role':'reader','tenants':['no tenant']}"),
          Map.entry("/v1/admin/control/jobs/{name}/runs", "{'reason':'because'}"),
          Map.entry(
              "/v1/admin/control/job-schedules", "{'name':'n','job':'none','interval_seconds':60}"),
          Map.entry("/v1/admin/server/drain", "{'draining':false}"));

  private final Api api = SharedServer.get().api();
  private final Description description = Description.of(api);

  @Test
  void everyFaultIsToldWithItsPath() {
    WrongValues wrong = new WrongValues(description);
    List<String> bad = new ArrayList<>();
    int cases = 0;
    for (Map.Entry<String, JsonNode> endpoint : description.requestSchemas().entrySet()) {
      String path = endpoint.getKey();
      assertThat(VALID).as("a valid body for %s", path).containsKey(path);
      ObjectNode valid = (ObjectNode) Jsons.stored(VALID.get(path).replace('\'', '"'));
      for (WrongValues.Case fault : wrong.of(endpoint.getValue(), valid)) {
        cases++;
        Api.Answer answer =
            api.post(path.replaceAll("\\{[a-z_]+}", "none"), Jsons.text(fault.body()), Api.ADMIN);
        String complaint = complaint(answer, path, fault);
        if (complaint != null) {
          bad.add(path + " " + fault.path() + " in " + fault.body() + ": " + complaint);
        }
      }
    }
    assertThat(bad).as("of %d cases", cases).isEmpty();
    assertThat(cases).isGreaterThan(1_000);
  }

  private String complaint(Api.Answer answer, String path, WrongValues.Case fault) {
    if (answer.status() != 400) {
      return answer.status() + " " + answer.text();
    }
    List<String> differences = description.differences("POST", path, answer);
    if (!differences.isEmpty()) {
      return String.join("; ", differences);
    }
    for (JsonNode issue : answer.json().path("issues")) {
      if (issue.get("path").textValue().equals(fault.path())) {
        return null;
      }
    }
    return "not told: " + answer.text();
  }
}
