package io.perdura.policy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.memory.RuleBook;
import java.util.List;

/** What a rule must be before it is put in force (contract, section 7.2). */
final class RuleChecks {
  private RuleChecks() {}

  /**
   * Checks in the contract's order; the first failure is told.
   *
   * @throws ApiException 400 with the check's code
   */
  static void require(RuleBook.Definition rule) {
    if (rule.lane().equals("private") && !rule.owned()) {
      throw ApiException.badRequest(
          "invalid_private_rule_owner",
          "a private rule needs owner_agent_id or owner_team_id",
          Jsons.object().put("rule_node_id", rule.id().toString()).put("memory_lane", rule.lane()));
    }
    if (!rule.ifJson().isObject()) {
      throw ApiException.badRequest("invalid_rule_if_json", "slots.if must be an object", null);
    }
    if (!rule.exceptionsJson().isArray()) {
      throw ApiException.badRequest(
          "invalid_rule_exceptions_json", "slots.exceptions must be an array", null);
    }
    List<String> faults = PolicyPatch.faults(rule.thenJson());
    if (!faults.isEmpty()) {
      throw ApiException.badRequest(
          "invalid_rule_then_json",
          "slots.then is no policy patch",
          Jsons.object().put("message", String.join("; ", faults)));
    }
    boolean aimless =
        switch (rule.ruleScope()) {
          case "agent" -> rule.targetAgentId() == null;
          case "team" -> rule.targetTeamId() == null;
          default -> false;
        };
    if (aimless) {
      throw ApiException.badRequest(
          "invalid_rule_scope_target",
          "a rule for one " + rule.ruleScope() + " needs slots.target_" + rule.ruleScope() + "_id",
          null);
    }
  }
}
