package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import java.util.List;
import java.util.UUID;

/** One entry of {@code nodes[]} as the caller sent it. Absent values are null. */
final class NodeInput {
  /** Every key of a node that the schema knows; all others are dropped. */
  private static final List<String> KEYS =
      List.of(
          "type",
          "id",
          "client_id",
          "scope",
          "tier",
          "memory_lane",
          "producer_agent_id",
          "owner_agent_id",
          "owner_team_id",
          "title",
          "text_summary",
          "slots",
          "raw_ref",
          "evidence_ref",
          "embedding",
          "embedding_model",
          "salience",
          "importance",
          "confidence");

  final String type;
  final UUID id;
  final String clientId;
  final String scope;
  final String tier;
  final String memoryLane;
  final String producerAgentId;
  final String ownerAgentId;
  final String ownerTeamId;
  final String title;
  final String textSummary;
  final ObjectNode slots;
  final String rawRef;
  final String evidenceRef;
  final float[] embedding;
  final String embeddingModel;
  final Double salience;
  final Double importance;
  final Double confidence;
  private final ObjectNode source;

  NodeInput(Fields fields) {
    source = fields.source();
    type = fields.enumeration("type", Graph.NODE_TYPES);
    id = fields.optUuid("id");
    clientId = fields.optString("client_id");
    scope = fields.optString("scope");
    tier = fields.optEnum("tier", Graph.TIERS);
    memoryLane = fields.optEnum("memory_lane", Graph.LANES);
    producerAgentId = fields.optString("producer_agent_id");
    ownerAgentId = fields.optString("owner_agent_id");
    ownerTeamId = fields.optString("owner_team_id");
    title = fields.optString("title");
    textSummary = fields.optString("text_summary");
    slots = fields.optObject("slots");
    rawRef = fields.optString("raw_ref");
    evidenceRef = fields.optString("evidence_ref");
    embedding = fields.optVector("embedding");
    embeddingModel = fields.optString("embedding_model");
    salience = fields.optNumber("salience", 0, 1);
    importance = fields.optNumber("importance", 0, 1);
    confidence = fields.optNumber("confidence", 0, 1);
  }

  /**
   * Returns the hash of the node as sent, known keys only: the identity of a node that has neither
   * id nor client_id.
   */
  String contentHash() {
    ObjectNode known = Jsons.object();
    for (String key : KEYS) {
      JsonNode value = source.get(key);
      if (value != null) {
        known.set(key, value);
      }
    }
    return CanonicalJson.sha256Hex(known);
  }
}
