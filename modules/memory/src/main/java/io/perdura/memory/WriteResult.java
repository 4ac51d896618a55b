package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.Map;
import java.util.UUID;

/** What a write stored, and the answer about it (contract, section 3.10). */
final class WriteResult {
  private final PreparedWrite write;
  private final UUID commitId;
  private final String commitHash;
  private final EmbeddingPlan plan;
  private final Map<PreparedEdge.Key, UUID> edgeIds;
  private ObjectNode clustered;
  private boolean raced;

  /** {@code edgeIds}: edges that were stored before, under an id of their own. */
  WriteResult(
      PreparedWrite write,
      UUID commitId,
      String commitHash,
      EmbeddingPlan plan,
      Map<PreparedEdge.Key, UUID> edgeIds) {
    this.write = write;
    this.commitId = commitId;
    this.commitHash = commitHash;
    this.plan = plan;
    this.edgeIds = edgeIds;
  }

  WriteResult raced(boolean lost) {
    this.raced = lost;
    return this;
  }

  /** True when another writer stored some of the nodes between our look and our statement. */
  boolean isRaced() {
    return raced;
  }

  UUID commitId() {
    return commitId;
  }

  String commitHash() {
    return commitHash;
  }

  EmbeddingPlan plan() {
    return plan;
  }

  /** The summary of clustering in the same transaction, null when nothing was clustered. */
  ObjectNode clustered() {
    return clustered;
  }

  void clustered(ObjectNode summary) {
    this.clustered = summary;
  }

  ArrayNode nodes() {
    ArrayNode nodes = Jsons.array();
    for (PreparedNode node : write.nodes) {
      ObjectNode entry = nodes.addObject().put("id", node.id.toString());
      if (node.clientId != null) {
        entry.put("client_id", node.clientId);
      }
      entry.put("type", node.type);
    }
    return nodes;
  }

  ArrayNode edges() {
    ArrayNode edges = Jsons.array();
    Map<PreparedEdge.Key, UUID> first = firstIds();
    for (PreparedEdge edge : write.edges) {
      UUID stored = edgeIds.getOrDefault(edge.key(), first.get(edge.key()));
      edges
          .addObject()
          .put("id", stored.toString())
          .put("type", edge.type())
          .put("src_id", edge.srcId().toString())
          .put("dst_id", edge.dstId().toString());
    }
    return edges;
  }

  private Map<PreparedEdge.Key, UUID> firstIds() {
    Map<PreparedEdge.Key, UUID> ids = new java.util.HashMap<>();
    write.distinctEdges.forEach(edge -> ids.put(edge.key(), edge.id()));
    return ids;
  }

  /** The {@code embedding_backfill} object, null when no node waits for a vector. */
  ObjectNode embeddingBackfill() {
    int pending = plan.pendingNodes();
    return pending == 0 ? null : Jsons.object().put("enqueued", true).put("pending_nodes", pending);
  }

  ObjectNode toJson() {
    ObjectNode answer =
        Jsons.object()
            .put("tenant_id", write.request.scope.tenant().value())
            .put("scope", write.request.scope.scope())
            .put("commit_id", commitId.toString())
            .put("commit_hash", commitHash);
    answer.set("nodes", nodes());
    answer.set("edges", edges());
    ObjectNode backfill = embeddingBackfill();
    if (backfill != null) {
      answer.set("embedding_backfill", backfill);
    }
    if (plan.clustersLater()) {
      answer.putObject("topic_cluster").put("enqueued", true);
    } else if (clustered != null) {
      answer.set("topic_cluster", clustered);
    }
    return answer;
  }
}
