package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * One pass over a scope's rules: filters, in the contract's order, and what each of them dropped.
 */
final class EvaluationRun {
  final boolean lanesApply;
  final List<Rule> matched = new ArrayList<>();
  final List<Rule> invalid = new ArrayList<>();
  int scanned;
  int filteredByScope;
  int filteredByLane;
  int filteredByCondition;

  /** Private rules that nobody owns. */
  int unowned;

  private final ContextIdentity identity;
  private final BiPredicate<String, String> isTarget;

  /**
   * Prepares a pass.
   *
   * @param isTarget whether a rule's target is the agent or team of the context
   */
  EvaluationRun(
      ContextIdentity identity, boolean lanesAlways, BiPredicate<String, String> isTarget) {
    this.identity = identity;
    this.lanesApply = lanesAlways || !identity.isNobody();
    this.isTarget = isTarget;
  }

  EvaluationRun over(RuleSet set, JsonNode context) {
    for (Rule rule : set.rules()) {
      scanned++;
      if (!isAddressed(rule)) {
        filteredByScope++;
      } else if (lanesApply && !isVisible(rule)) {
        filteredByLane++;
      } else if (!rule.logic().matches(context)) {
        filteredByCondition++;
      } else if (rule.patch() == null) {
        invalid.add(rule);
      } else {
        matched.add(rule);
      }
    }
    return this;
  }

  private boolean isAddressed(Rule rule) {
    return switch (rule.ruleScope()) {
      case "agent" -> isTarget.test(rule.targetAgentId(), identity.agentId());
      case "team" -> isTarget.test(rule.targetTeamId(), identity.teamId());
      default -> true;
    };
  }

  private boolean isVisible(Rule rule) {
    if (rule.lane().equals("shared")) {
      return true;
    }
    if (rule.ownerAgentId() == null && rule.ownerTeamId() == null) {
      unowned++;
      return false;
    }
    return isSame(rule.ownerAgentId(), identity.agentId())
        || isSame(rule.ownerTeamId(), identity.teamId());
  }

  private static boolean isSame(String owner, String own) {
    return owner != null && owner.equals(own);
  }
}
