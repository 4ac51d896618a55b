package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.outbox.OutboxEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Which nodes of a write wait for a vector and which events for a topic (contract, sections 3.6,
 * 3.7 and 3.9).
 *
 * <p>Jobs are made one for each scope that has such nodes, in the order of the request (a worker
 * looks nodes up by scope).
 */
final class EmbeddingPlan {
  private final PreparedWrite write;
  private final Map<String, Map<UUID, String>> texts = new LinkedHashMap<>();
  private final Map<String, List<UUID>> afterEmbedding = new LinkedHashMap<>();
  private final Map<String, List<UUID>> now = new LinkedHashMap<>();

  /**
   * How a node's embedding stands when it is stored.
   *
   * @param error why there will be none; null otherwise
   */
  record Status(String status, String error) {}

  EmbeddingPlan(PreparedWrite write, WriteFacts facts) {
    this.write = write;
    for (PreparedNode node : write.distinctNodes.values()) {
      WriteFacts.StoredNode stored = facts.nodes.get(node.id);
      if (stored != null && !stored.isOpenTo(write.request.identity)) {
        continue; // Whoever names another's private node does not set work on it in motion.
      }
      planEmbedding(node, stored);
      if (node.isEvent() && write.request.triggerTopicCluster) {
        planClustering(node, stored);
      }
    }
  }

  static Status status(PreparedNode node, boolean autoEmbed) {
    if (node.embedding != null) {
      return new Status("ready", null);
    }
    if (!autoEmbed) {
      return new Status("failed", "auto_embed_disabled_or_no_provider");
    }
    return node.embedText == null
        ? new Status("failed", "no_embed_text")
        : new Status("pending", null);
  }

  private boolean isEmbeddable(PreparedNode node) {
    return write.autoEmbed && node.embedding == null && node.embedText != null;
  }

  private void planEmbedding(PreparedNode node, WriteFacts.StoredNode stored) {
    boolean ready = stored != null && stored.ready();
    if (isEmbeddable(node) && (!ready || write.request.forceReembed)) {
      texts
          .computeIfAbsent(node.scope.key(), scope -> new LinkedHashMap<>())
          .put(node.id, textOf(node, stored));
    }
  }

  /** A stored node keeps its text, so that is what its vector has to stand for. */
  private String textOf(PreparedNode node, WriteFacts.StoredNode stored) {
    if (stored == null) {
      return node.embedText;
    }
    String text =
        PreparedNode.embedText(
            stored.type(), stored.title(), stored.textSummary(), null, write.maxTextLength);
    return text == null ? node.embedText : text;
  }

  private void planClustering(PreparedNode node, WriteFacts.StoredNode stored) {
    boolean ready = stored != null ? stored.ready() : node.embedding != null;
    boolean embeddable = isEmbeddable(node);
    boolean waits = embeddable && (write.request.forceReembed || !ready);
    if (waits && write.request.topicClusterAsync) {
      add(afterEmbedding, node);
    } else if (ready) {
      add(now, node);
    }
  }

  private static void add(Map<String, List<UUID>> lists, PreparedNode node) {
    lists.computeIfAbsent(node.scope.key(), scope -> new ArrayList<>()).add(node.id);
  }

  /** Returns how many nodes wait for a vector. */
  int pendingNodes() {
    return texts.values().stream().mapToInt(Map::size).sum();
  }

  /** Tells whether events wait for a topic, as far as a worker clusters them. */
  boolean clustersLater() {
    return write.request.topicClusterAsync && !(afterEmbedding.isEmpty() && now.isEmpty());
  }

  /** Returns the events to cluster in this transaction, by scope key. */
  Map<String, List<UUID>> clustersNow() {
    return write.request.topicClusterAsync ? Map.of() : now;
  }

  /** Returns the events that are clustered once they are embedded, by scope key. */
  Map<String, List<UUID>> clustersAfterEmbedding() {
    return afterEmbedding;
  }

  /** Returns the jobs that a commit with this id owes. */
  List<OutboxEvent> jobs(UUID commitId) {
    List<OutboxEvent> jobs = new ArrayList<>();
    texts.forEach((scope, nodes) ->
        jobs.add(new OutboxEvent(scope, commitId, OutboxEvent.EMBED_NODES, embed(scope, nodes))));
    if (write.request.topicClusterAsync) {
      now.forEach((scope, events) ->
          jobs.add(new OutboxEvent(scope, commitId, OutboxEvent.TOPIC_CLUSTER, cluster(events))));
    }
    return jobs;
  }

  private ObjectNode embed(String scope, Map<UUID, String> nodes) {
    ObjectNode payload = Jsons.object();
    ArrayNode list = payload.putArray("nodes");
    nodes.forEach((id, text) -> list.addObject().put("id", id.toString()).put("text", text));
    if (write.request.forceReembed) {
      payload.put("force_reembed", true);
    }
    List<UUID> events = afterEmbedding.get(scope);
    if (events != null) {
      payload.set(OutboxEvent.AFTER_EMBEDDING, ids(events));
    }
    return payload;
  }

  /** Returns the payload of a topic_cluster job. */
  static ObjectNode cluster(List<UUID> events) {
    ObjectNode payload = Jsons.object();
    payload.set("event_ids", ids(events));
    return payload;
  }

  static ArrayNode ids(List<UUID> events) {
    ArrayNode list = Jsons.array();
    events.forEach(id -> list.add(id.toString()));
    return list;
  }
}
