package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * Which tool was chosen, among which, under which policy.
 *
 * @param runId null when none
 * @param selectedTool null when none was let pass
 * @param sourceRuleIds the rules in force, in the order of merging
 * @param createdAt null before it is stored
 * @param commitId null unless a feedback made it up
 */
record Decision(
    UUID id,
    String runId,
    String selectedTool,
    List<String> candidates,
    String contextSha,
    String policySha,
    List<UUID> sourceRuleIds,
    JsonNode metadata,
    OffsetDateTime createdAt,
    UUID commitId) {

  Decision storedAt(OffsetDateTime time) {
    return new Decision(
        id,
        runId,
        selectedTool,
        candidates,
        contextSha,
        policySha,
        sourceRuleIds,
        metadata,
        time,
        commitId);
  }

  Decision withRun(String run) {
    return new Decision(
        id,
        run,
        selectedTool,
        candidates,
        contextSha,
        policySha,
        sourceRuleIds,
        metadata,
        createdAt,
        commitId);
  }

  private ArrayNode sources() {
    ArrayNode list = Jsons.array();
    sourceRuleIds.forEach(rule -> list.add(rule.toString()));
    return list;
  }

  /** As the answer of a selection has it. */
  ObjectNode brief() {
    ObjectNode json =
        Jsons.object()
            .put("decision_id", id.toString())
            .put("run_id", runId)
            .put("selected_tool", selectedTool)
            .put("policy_sha256", policySha);
    json.set("source_rule_ids", sources());
    return json.put("created_at", Timestamps.database(createdAt));
  }

  /** All of it. */
  ObjectNode whole() {
    ObjectNode json =
        Jsons.object()
            .put("decision_id", id.toString())
            .put("decision_kind", "tools_select")
            .put("run_id", runId)
            .put("selected_tool", selectedTool);
    json.set("candidates", ToolPolicy.texts(candidates));
    json.put("context_sha256", contextSha).put("policy_sha256", policySha);
    json.set("source_rule_ids", sources());
    json.set("metadata", metadata);
    return json.put("created_at", Timestamps.database(createdAt))
        .put("commit_id", commitId == null ? null : commitId.toString());
  }
}
