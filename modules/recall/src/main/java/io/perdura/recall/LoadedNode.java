package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A node of the neighbourhood as the pipeline needs it. Figures are shortest decimals. */
final class LoadedNode {
  final UUID id;
  final String type;
  String title;
  String summary;
  String tier;
  String embeddingStatus;
  double salience;
  double confidence;
  UUID commitId;
  String rawRef;
  String evidenceRef;

  /** Only topics have one; {@code active} when the slot is absent. */
  String topicState;

  /** The slot {@code member_count} of a topic, null when absent or not an integer. */
  Integer memberCount;

  /** Set on concepts that roll up events, null otherwise. */
  Rollup rollup;

  /** Definition of a rule node, null when there is none or for other types. */
  RuleDef rule;

  /** All slots; null unless they were asked for. */
  JsonNode slots;

  /** Null unless meta fields were asked for. */
  Meta meta;

  LoadedNode(UUID id, String type) {
    this.id = id;
    this.type = type;
  }

  boolean isReady() {
    return embeddingStatus.equals("ready");
  }

  boolean isDraftTopic() {
    return type.equals("topic") && "draft".equals(topicState);
  }

  /** Title, or the id where there is none. */
  String label() {
    return title == null ? id.toString() : title;
  }

  /** Columns that only {@code include_meta} shows. */
  record Meta(
      String embeddingModel,
      String memoryLane,
      String producerAgentId,
      String ownerAgentId,
      String ownerTeamId,
      Instant createdAt,
      Instant updatedAt,
      Instant lastActivated,
      double importance) {}

  /**
   * A concept that sums up events.
   *
   * @param sourceEventCount events it covers, 0 when unknown
   * @param citedNodes ids of the nodes that it cites
   */
  record Rollup(double sourceEventCount, List<String> citedNodes) {}

  /** A rule's definition; targets null when it has none. */
  record RuleDef(
      String state,
      String ruleScope,
      String targetAgentId,
      String targetTeamId,
      JsonNode ifJson,
      JsonNode thenJson,
      JsonNode exceptionsJson,
      int positive,
      int negative) {

    boolean isInForce() {
      return state.equals("shadow") || state.equals("active");
    }
  }
}
