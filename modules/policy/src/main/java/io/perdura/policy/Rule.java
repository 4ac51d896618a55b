package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Comparator;
import java.util.List;

/**
 * A rule in state shadow or active, compiled.
 *
 * @param ruleScope {@code global}, {@code team} or {@code agent}
 * @param targetAgentId null when none, like every text here but id, ruleScope and lane
 */
record Rule(
    String id,
    boolean active,
    String ruleScope,
    String targetAgentId,
    String targetTeamId,
    String lane,
    String ownerAgentId,
    String ownerTeamId,
    String summary,
    String commitId,
    int positive,
    int negative,
    Rank rank,
    Logic logic) {

  /** Highest score first; of equal ones the smaller id. The one order of everything (defect D5). */
  static final Comparator<Rule> BEST_FIRST =
      Comparator.comparingDouble((Rule rule) -> rule.rank.score())
          .reversed()
          .thenComparing(Rule::id);

  /**
   * What the rule says; never changes once written.
   *
   * @param paths of the condition
   * @param patch null when {@code then} is not valid
   */
  record Logic(
      JsonNode ifJson,
      JsonNode thenJson,
      JsonNode exceptionsJson,
      List<String> paths,
      Condition condition,
      List<Condition> exceptions,
      PolicyPatch patch) {

    static Logic of(
        JsonNode ifJson, JsonNode thenJson, JsonNode exceptionsJson, Conditions compiler) {
      return new Logic(
          ifJson,
          thenJson,
          exceptionsJson,
          ConditionPaths.of(ifJson),
          compiler.ofIf(ifJson),
          compiler.ofExceptions(exceptionsJson),
          PolicyPatch.faults(thenJson).isEmpty() ? PolicyPatch.of(thenJson) : null);
    }

    boolean isOf(JsonNode ifs, JsonNode then, JsonNode exceptionsOf) {
      return ifJson.equals(ifs) && thenJson.equals(then) && exceptionsJson.equals(exceptionsOf);
    }

    boolean matches(JsonNode context) {
      if (!condition.matches(context)) {
        return false;
      }
      for (Condition exception : exceptions) {
        if (exception.matches(context)) {
          return false;
        }
      }
      return true;
    }
  }

  String state() {
    return active ? "active" : "shadow";
  }

  PolicyPatch patch() {
    return logic.patch();
  }

  /** The rule as an evaluation lists it. */
  ObjectNode match() {
    ObjectNode json =
        Jsons.object()
            .put("rule_node_id", id)
            .put("state", state())
            .put("rule_scope", ruleScope)
            .put("target_agent_id", targetAgentId)
            .put("target_team_id", targetTeamId)
            .put("summary", summary);
    json.set("if_json", logic.ifJson());
    json.set("then_json", logic.thenJson());
    json.set("exceptions_json", logic.exceptionsJson());
    json.putObject("stats").put("positive", positive).put("negative", negative);
    json.set("rank", rank.json());
    ArrayNode paths =
        json.putObject("match_detail")
            .put("condition_path_count", logic.paths().size())
            .putArray("condition_paths");
    logic.paths().forEach(paths::add);
    return json.put("commit_id", commitId);
  }
}
