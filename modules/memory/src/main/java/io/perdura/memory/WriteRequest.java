package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.List;
import java.util.UUID;

/** A write as the caller sent it, checked against the contract's schema (section 3.1). */
public final class WriteRequest {
  final ScopeKey scope;
  final String actor;
  final UUID parentCommitId;
  final String inputText;
  final String inputSha256;
  final String modelVersion;
  final String promptVersion;
  final boolean autoEmbed;
  final boolean forceReembed;
  final String memoryLane;
  final String producerAgentId;
  final String ownerAgentId;
  final String ownerTeamId;
  final boolean triggerTopicCluster;
  final boolean topicClusterAsync;
  final List<NodeInput> nodes;
  final List<EdgeInput> edges;
  final WriteIdentity identity;

  private WriteRequest(Fields fields, Settings settings) {
    String tenantId = fields.optString("tenant_id");
    String scopeName = fields.optString("scope");
    actor = orElse(fields.optString("actor"), "system");
    parentCommitId = fields.optUuid("parent_commit_id");
    inputText = fields.optString("input_text");
    inputSha256 = fields.optSha256("input_sha256");
    modelVersion = fields.optString("model_version");
    promptVersion = fields.optString("prompt_version");
    autoEmbed = fields.bool("auto_embed", true);
    forceReembed = fields.bool("force_reembed", false);
    memoryLane = fields.optEnum("memory_lane", Graph.LANES);
    producerAgentId = fields.optString("producer_agent_id");
    ownerAgentId = fields.optString("owner_agent_id");
    ownerTeamId = fields.optString("owner_team_id");
    triggerTopicCluster =
        fields.bool(
            "trigger_topic_cluster", settings.get(MemorySettings.AUTO_TOPIC_CLUSTER_ON_WRITE));
    topicClusterAsync =
        fields.bool(
            "topic_cluster_async", settings.get(MemorySettings.TOPIC_CLUSTER_ASYNC_ON_WRITE));
    nodes = fields.objects("nodes", NodeInput::new);
    edges = fields.objects("edges", EdgeInput::new);
    fields.rule(inputText != null || inputSha256 != null, "must set input_text or input_sha256");
    fields.throwIfInvalid();
    scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
    identity = null;
  }

  private WriteRequest(WriteRequest other, WriteIdentity identity) {
    scope = other.scope;
    actor = other.actor;
    parentCommitId = other.parentCommitId;
    inputText = other.inputText;
    inputSha256 = other.inputSha256;
    modelVersion = other.modelVersion;
    promptVersion = other.promptVersion;
    autoEmbed = other.autoEmbed;
    forceReembed = other.forceReembed;
    memoryLane = other.memoryLane;
    producerAgentId = other.producerAgentId;
    ownerAgentId = other.ownerAgentId;
    ownerTeamId = other.ownerTeamId;
    triggerTopicCluster = other.triggerTopicCluster;
    topicClusterAsync = other.topicClusterAsync;
    nodes = other.nodes;
    edges = other.edges;
    this.identity = identity;
  }

  /**
   * Reads a request body.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static WriteRequest read(JsonNode body, Settings settings) {
    return new WriteRequest(Fields.of(body), settings);
  }

  /** Returns this request with the identity that its nodes are checked against. */
  public WriteRequest by(WriteIdentity caller) {
    return new WriteRequest(this, caller);
  }

  /** Where the write goes, unless a node or an edge says otherwise. */
  public ScopeKey scope() {
    return scope;
  }

  private static String orElse(String value, String fallback) {
    return value == null ? fallback : value;
  }
}
