package io.perdura.integrity;

import io.perdura.kernel.Settings;
import io.perdura.memory.LifecycleSettings;
import io.perdura.memory.MemorySettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Every check, in the order in which they are numbered and reported: the contract's of the scope,
 * the contract's across tenants, then those that only Perdura has. New ones go to the end.
 */
final class Catalogue {
  private Catalogue() {}

  /**
   * Returns all checks as this deployment has them.
   *
   * @param pgvector whether vectors are stored as pgvector's type
   */
  static List<Check> of(Settings settings, boolean pgvector) {
    List<Check> checks = new ArrayList<>();
    checks.add(GraphChecks.edgesCrossScope(settings.get(MemorySettings.ALLOW_CROSS_SCOPE_EDGES)));
    checks.add(VectorChecks.dimensionMismatch(pgvector));
    checks.addAll(
        NodeChecks.embeddingsAndSlots(
            settings.get(LifecycleSettings.MEMORY_SCOPE_HOT_NODE_BUDGET) > 0,
            settings.get(LifecycleSettings.MEMORY_SCOPE_ACTIVE_NODE_BUDGET) > 0));
    checks.add(GraphChecks.citationNodeMissing());
    checks.add(NodeChecks.aliasSelfReference());
    checks.addAll(GraphChecks.aliasTargets());
    checks.add(NodeChecks.conflictWithoutOverride());
    checks.add(GraphChecks.aliasedWithEdges());
    checks.add(RuleChecks.ownerConstraint());
    checks.add(NodeChecks.privateLaneWithoutOwner());
    checks.add(NodeChecks.privateRuleWithoutOwner());
    checks.add(RuleChecks.targetMissing());
    checks.addAll(RuleChecks.feedbackAndDecisions());
    checks.add(NodeChecks.nodesMissingCommit());
    checks.add(GraphChecks.edgesMissingCommit());
    checks.addAll(OutboxChecks.contract());
    checks.addAll(TenantChecks.contract());
    checks.addAll(OutboxChecks.own());
    checks.addAll(NodeChecks.own());
    checks.add(VectorChecks.staleCopy());
    checks.addAll(GraphChecks.own());
    checks.addAll(ChainChecks.own());
    checks.addAll(TenantChecks.own());
    return checks;
  }
}
