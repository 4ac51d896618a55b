package io.perdura.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.util.Objects;
import java.util.UUID;

/**
 * Work that a commit owes, to be stored in the transaction that makes the commit.
 *
 * @param scope internal scope key
 * @param commitId the commit that owes the work; erasing it erases the event
 * @param eventType names the {@link OutboxHandler} that does the work
 * @param payload what the handler needs; a JSON object
 */
public record OutboxEvent(String scope, UUID commitId, String eventType, JsonNode payload) {
  /** Event type of nodes that wait for their vectors. Claimed before every other type. */
  public static final String EMBED_NODES = "embed_nodes";

  /** Event type of event nodes that wait for their topic. Claimed after {@link #EMBED_NODES}. */
  public static final String TOPIC_CLUSTER = "topic_cluster";

  /**
   * Key of an {@link #EMBED_NODES} payload that names the events to cluster once they are embedded.
   * It is attached to a job and does not make it another one: no hash covers it.
   */
  public static final String AFTER_EMBEDDING = "after_topic_cluster_event_ids";

  public OutboxEvent {
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(commitId, "commitId");
    Objects.requireNonNull(eventType, "eventType");
    if (!payload.isObject()) {
      throw new IllegalArgumentException("the payload of an outbox event is a JSON object");
    }
  }

  /**
   * The SHA-256 of the canonical payload without {@link #AFTER_EMBEDDING}, 64 lower-case hex
   * digits.
   */
  public String payloadSha256() {
    if (!payload.has(AFTER_EMBEDDING)) {
      return CanonicalJson.sha256Hex(payload);
    }
    ObjectNode hashed = Jsons.object();
    hashed.setAll((ObjectNode) payload);
    hashed.remove(AFTER_EMBEDDING);
    return CanonicalJson.sha256Hex(hashed);
  }

  /**
   * The idempotency key: a second event with the same key in the same scope is not stored. The
   * commit is part of it, so it only joins repeats for one commit.
   */
  public String jobKey() {
    return jobKey(payloadSha256());
  }

  String jobKey(String payloadSha256) {
    return CanonicalJson.sha256Hex(
        Jsons.object()
            .put("v", 1)
            .put("scope", scope)
            .put("commit_id", commitId.toString())
            .put("event_type", eventType)
            .put("payloadSha", payloadSha256));
  }
}
