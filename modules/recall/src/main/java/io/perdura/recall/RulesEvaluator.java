package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ScopeKey;

/**
 * Evaluates the rules of a scope for the {@code rules} block of a recall. Implemented by the policy
 * room; while a deployment has none, recall says truthfully that nothing was considered.
 */
public interface RulesEvaluator {
  /**
   * Returns {@code {scope, considered, matched, skipped_invalid_then, invalid_then_sample,
   * applied}} of the contract (policy-control, section 7.3).
   */
  ObjectNode evaluate(ScopeKey scope, RulesWish wish);
}
