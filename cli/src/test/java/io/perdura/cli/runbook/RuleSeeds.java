package io.perdura.cli.runbook;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What the pages of the jobs on rules and governance find. */
final class RuleSeeds {
  private static final String SCOPE = "tools";

  private final SeededService service;

  RuleSeeds(SeededService service) {
    this.service = service;
  }

  void addTo(Map<String, Runnable> seeds) {
    for (String job :
        new String[] {
          "policy-adaptation-gate",
          "execution-loop-gate",
          "governance-weekly-report",
          "rule-conflict-report",
          "rule-promotion-suggest",
          "rule-promotion-governance"
        }) {
      seeds.put(job, this::rules);
    }
  }

  /**
   * One rule that is praised in the shadow, one in force that is blamed, one that contradicts it.
   */
  private void rules() {
    if (service.value("select 1 from memory_nodes where scope = 'tools' limit 1") != null) {
      return;
    }
    rule("prefer-psql", "{'task':{'$eq':'query'}}", "{'tool':{'prefer':['psql']}}", "shadow");
    rule(
        "prefer-curl",
        "{'task':{'$eq':'fetch'}}",
        "{'tool':{'prefer':['curl']},'output':{'format':'json'}}",
        "active");
    rule("plain-text", "{'task':{'$eq':'fetch'}}", "{'output':{'format':'text'}}", "active");
    for (int i = 0; i < 12; i++) {
      feedback("prefer-psql", "positive", i);
    }
    for (int i = 0; i < 14; i++) {
      feedback("prefer-curl", i % 5 == 0 ? "positive" : "negative", i);
    }
    JsonNode selected =
        service.post(
            "/v1/memory/tools/select",
            "{'scope':'tools','run_id':'run-1','context':{'task':'fetch','agent':{'id':'ann'}},'candidates':['curl','wget']}");
    service.post(
        "/v1/memory/tools/feedback",
        "{'scope':'tools','run_id':'run-1','decision_id':'%s','context':{'task':'fetch','agent':{'id':'ann'}},"
                .formatted(selected.at("/decision/decision_id").asText())
            + "'candidates':['curl','wget'],'selected_tool':'curl','outcome':'positive','input_text':'worked'}");
    contexts();
    service.drained();
    service.sql(
        "update memory_nodes set created_at = now() - interval '2 days' where scope = 'tools'");
  }

  private void contexts() {
    try {
      Path directory = service.state("contexts");
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve("tools.jsonl"),
          "{\"id\":\"fetch\",\"context\":{\"task\":\"fetch\"}}\n{\"id\":\"query\",\"context\":{\"task\":\"query\"}}\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void rule(String id, String when, String then, String state) {
    service.post(
        "/v1/memory/write",
        "{'scope':'%s','memory_lane':'shared','input_text':'x','auto_embed':false,'nodes':[{'type':'rule','client_id':'%s','title':'%s','slots':{'if':%s,'then':%s}}]}"
            .formatted(SCOPE, id, id, when, then));
    service.post(
        "/v1/memory/rules/state",
        "{'scope':'%s','rule_node_id':'%s','state':'%s','input_text':'x'}"
            .formatted(SCOPE, node(id), state));
  }

  private void feedback(String rule, String outcome, int turn) {
    service.post(
        "/v1/memory/feedback",
        "{'scope':'%s','rule_node_id':'%s','run_id':'run-%d','outcome':'%s','input_text':'turn %d'}"
            .formatted(SCOPE, node(rule), turn % 6, outcome, turn));
  }

  private String node(String clientId) {
    return service.value(
        "select id from memory_nodes where scope = 'tools' and client_id = '" + clientId + "'");
  }
}
