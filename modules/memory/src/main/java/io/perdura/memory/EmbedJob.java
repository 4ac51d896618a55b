package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.EventOutcome;
import io.perdura.outbox.FailureClass;
import io.perdura.outbox.OutboxEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** One embed_nodes event and what became of each of its nodes. */
final class EmbedJob {
  private static final int MAX_ERROR_LENGTH = 500;

  final ClaimedEvent event;
  final boolean force;

  /** Text as the payload has it, by node. */
  final Map<UUID, String> texts = new LinkedHashMap<>();

  private final List<UUID> clusterAfter = new ArrayList<>();
  private final Map<UUID, Problem> problems = new LinkedHashMap<>();
  private int attempted;
  private int skipped;

  /**
   * Why a node got no vector.
   *
   * @param failureClass one of {@link FailureClass}
   * @param retryAfter pause that the provider asked for; null when it did not
   */
  record Problem(String failureClass, String message, boolean retryable, Duration retryAfter) {}

  EmbedJob(ClaimedEvent event) {
    this.event = event;
    this.force = event.payload().path("force_reembed").asBoolean(false);
    for (JsonNode node : event.payload().path("nodes")) {
      UUID id = uuid(node.path("id"));
      if (id != null) {
        texts.put(id, node.path("text").asText(""));
      }
    }
    for (JsonNode id : event.payload().path(OutboxEvent.AFTER_EMBEDDING)) {
      UUID uuid = uuid(id);
      if (uuid != null) {
        clusterAfter.add(uuid);
      }
    }
  }

  static UUID uuid(JsonNode value) {
    try {
      return value.isTextual() ? UUID.fromString(value.textValue()) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  EmbedStore.Key key(UUID node) {
    return new EmbedStore.Key(event.scope(), node);
  }

  /** The node has a vector and the job does not ask for another. */
  void skip() {
    skipped++;
  }

  /** The node's text goes to the provider, or would if it were usable. */
  void attempt() {
    attempted++;
  }

  void fail(UUID node, Problem problem) {
    problems.put(node, problem);
  }

  Map<UUID, Problem> problems() {
    return problems;
  }

  private boolean hasRetryable() {
    return problems.values().stream().anyMatch(Problem::retryable);
  }

  /** Returns the event that clusters what this job embedded; null when there is none to enqueue. */
  OutboxEvent followUp() {
    return clusterAfter.isEmpty() || hasRetryable()
        ? null
        : new OutboxEvent(
            event.scope(),
            event.commitId(),
            OutboxEvent.TOPIC_CLUSTER,
            EmbeddingPlan.cluster(clusterAfter));
  }

  /** Returns the verdict; {@code stored}: every node that took a vector. */
  EventOutcome outcome(Set<UUID> stored) {
    int updated = 0;
    for (UUID node : texts.keySet()) {
      if (stored.contains(node) && !problems.containsKey(node)) {
        updated++;
      }
    }
    Problem worst = worst();
    ObjectNode result =
        Jsons.object()
            .put("attempted", attempted)
            .put("updated", Math.min(updated, attempted))
            .put("skipped_already_ready", skipped)
            .put("failed", problems.size())
            .put(
                "status",
                worst == null ? "ok" : worst.retryable ? "retryable_error" : "fatal_error");
    if (worst != null) {
      result.put("error_message", cut(worst.message));
    }
    ObjectNode merge = Jsons.object();
    merge.set("embed_backfill", result);
    if (followUp() != null) {
      merge.put("enqueued_topic_cluster", true);
      merge.set("topic_cluster_event_ids", NodeSelection.ids(clusterAfter));
    }
    if (worst == null) {
      return new EventOutcome.Done(merge);
    }
    return worst.retryable
        ? new EventOutcome.Retry(worst.failureClass, worst.message, worst.retryAfter, merge)
        : new EventOutcome.Dead(worst.failureClass, worst.message, merge);
  }

  private Problem worst() {
    Problem worst = null;
    for (Problem problem : problems.values()) {
      if (worst == null || (problem.retryable && !worst.retryable)) {
        worst = problem;
      }
    }
    return worst;
  }

  private static String cut(String text) {
    return text.length() <= MAX_ERROR_LENGTH ? text : text.substring(0, MAX_ERROR_LENGTH);
  }
}
