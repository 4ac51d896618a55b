package io.perdura.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What the store knows about the rows that a write names. {@link #NONE} is the assumption of the
 * first attempt: that all of it is new and every outside end exists.
 */
final class WriteFacts {
  static final WriteFacts NONE = new WriteFacts();

  /** Stored nodes among the request's nodes and outside ends. */
  final Map<UUID, StoredNode> nodes = new HashMap<>();

  /** Stored edges that have an id of this request. */
  final Map<UUID, PreparedEdge.Key> edges = new HashMap<>();

  /** The commit that has this write's hash already; null when there is none. */
  UUID commitId;

  /** Hash of the parent commit; null when the request names none, or one that does not exist. */
  String parentHash;

  /**
   * A node that is stored already and stays as it is.
   *
   * @param ready it has a vector that searches use
   * @param privateAgent its owner, null when it has none or is shared
   * @param privateTeam its owner, null when it has none or is shared
   */
  record StoredNode(
      UUID id,
      String scopeKey,
      String type,
      String title,
      String textSummary,
      boolean ready,
      String privateAgent,
      String privateTeam) {

    /** Tells whether the caller may have a part in it: not in what is private to somebody else. */
    boolean isOpenTo(WriteIdentity caller) {
      return caller == null
          || (privateAgent == null && privateTeam == null)
          || (privateAgent != null && privateAgent.equals(caller.agentId()))
          || (privateTeam != null && privateTeam.equals(caller.teamId()));
    }
  }

  /**
   * Applies the rules that need the store (contract, section 3.3).
   *
   * @throws io.perdura.kernel.ApiException 400
   */
  void check(PreparedWrite write) {
    for (PreparedNode node : write.distinctNodes.values()) {
      StoredNode stored = nodes.get(node.id);
      if (stored != null && !stored.scopeKey.equals(node.scope.key())) {
        throw Faults.nodeIdConflict(node.id);
      }
    }
    for (PreparedEdge edge : write.distinctEdges) {
      checkEnd(write, edge, edge.srcId());
      checkEnd(write, edge, edge.dstId());
      PreparedEdge.Key stored = edges.get(edge.id());
      if (stored != null && !stored.equals(edge.key())) {
        throw Faults.edgeIdConflict(edge.id());
      }
    }
  }

  private void checkEnd(PreparedWrite write, PreparedEdge edge, UUID end) {
    StoredNode node = nodes.get(end);
    boolean named = write.distinctNodes.containsKey(end);
    if (named && (node == null || node.isOpenTo(write.request.identity))) {
      return;
    }
    // A node of another tenant, or of another's private lane, is reported like one that does not
    // exist.
    if (node == null
        || !sameTenant(node.scopeKey, edge.scopeKey())
        || !node.isOpenTo(write.request.identity)) {
      throw Faults.unknownEndpoint(edge.id(), end);
    }
    if (!write.allowCrossScopeEdges && !node.scopeKey.equals(edge.scopeKey())) {
      throw Faults.crossScopeEdge(edge.id(), end);
    }
  }

  static boolean sameTenant(String scopeKey, String other) {
    return tenantOf(scopeKey).equals(tenantOf(other));
  }

  private static String tenantOf(String scopeKey) {
    int mark = scopeKey.startsWith("tenant:") ? scopeKey.indexOf("::scope:") : -1;
    return mark < 0 ? "" : scopeKey.substring(0, mark);
  }
}
