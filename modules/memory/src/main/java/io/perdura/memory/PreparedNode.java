package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.TextRules;
import java.util.Locale;
import java.util.UUID;

/**
 * A node as it will be stored: defaults filled in, texts normalised and redacted, id derived
 * (contract, section 3.2).
 */
final class PreparedNode {
  private static final double DEFAULT_SCORE = 0.5;

  final UUID id;
  final ScopeKey scope;
  final String clientId;
  final String type;
  final String tier;
  final String lane;
  final String producerAgentId;
  final String ownerAgentId;
  final String ownerTeamId;
  final String title;
  final String textSummary;
  final ObjectNode slots;

  /** Canonical text of the slots: every number is the double that ECMAScript would have read. */
  final String slotsJson;

  final String rawRef;
  final String evidenceRef;
  final float[] embedding;
  final String embeddingModel;
  final double salience;
  final double importance;
  final double confidence;

  /** What a provider is asked to embed; null when there is nothing to embed. */
  final String embedText;

  PreparedNode(NodeInput in, int index, WriteContext context) {
    WriteRequest request = context.request;
    scope = context.scopeOf(in.scope);
    clientId = clientId(in);
    id = id(in);
    type = in.type;
    tier = in.tier == null ? "hot" : in.tier;
    lane = lane(in, request);
    producerAgentId =
        context.person("producer_agent_id", in.producerAgentId, request.producerAgentId);
    String owner = context.person("owner_agent_id", in.ownerAgentId, request.ownerAgentId);
    ownerAgentId = owner == null ? producerAgentId : owner;
    ownerTeamId = context.person("owner_team_id", in.ownerTeamId, request.ownerTeamId);
    checkIdentity(index, in, request.identity);
    title = context.text("title", in.title);
    textSummary = context.text("text_summary", in.textSummary);
    embedding = in.embedding;
    checkEmbedding(context.dimension);
    embeddingModel = embedding == null ? null : model(context, in);
    slots = in.slots == null ? Jsons.object() : (ObjectNode) context.redaction.redact(in.slots);
    slotsJson = slots.isEmpty() ? "{}" : StoredJson.of("slots", slots);
    rawRef = Faults.storable("raw_ref", in.rawRef);
    evidenceRef = Faults.storable("evidence_ref", in.evidenceRef);
    salience = score(in.salience);
    importance = score(in.importance);
    confidence = score(in.confidence);
    embedText = embedText(type, title, textSummary, context.input, context.maxTextLength);
    checkRule();
  }

  private static String clientId(NodeInput in) {
    if (in.clientId == null) {
      return null;
    }
    String trimmed = TextRules.trim(in.clientId);
    if (trimmed.isEmpty()) {
      throw Faults.blank("client_id");
    }
    return Faults.storable("client_id", trimmed);
  }

  private UUID id(NodeInput in) {
    if (clientId == null) {
      return in.id != null ? in.id : StableIds.uuid(scope.key() + ":node:" + in.contentHash());
    }
    UUID derived = nodeId(scope.key(), clientId);
    if (in.id != null && !in.id.equals(derived)) {
      throw Faults.nodeIdMismatch(in.id, clientId, derived);
    }
    return derived;
  }

  /** Returns the id that a node with {@code clientId} has in a scope. */
  static UUID nodeId(String scopeKey, String clientId) {
    return StableIds.uuid(scopeKey + ":node:" + clientId);
  }

  private static String lane(NodeInput in, WriteRequest request) {
    if (in.memoryLane != null) {
      return in.memoryLane;
    }
    return request.memoryLane == null ? "private" : request.memoryLane;
  }

  private static void checkIdentity(int index, NodeInput in, WriteIdentity identity) {
    if (identity != null) {
      String path = "nodes." + index + ".";
      identity.check(
          path + "producer_agent_id", TextRules.trimToNull(in.producerAgentId), identity.agentId());
      identity.check(
          path + "owner_agent_id", TextRules.trimToNull(in.ownerAgentId), identity.agentId());
      identity.check(
          path + "owner_team_id", TextRules.trimToNull(in.ownerTeamId), identity.teamId());
    }
  }

  private void checkEmbedding(int dimension) {
    if (embedding == null) {
      return;
    }
    if (embedding.length != dimension) {
      throw Faults.embeddingDimension(id, clientId, dimension, embedding.length);
    }
    for (int i = 0; i < embedding.length; i++) {
      if (!Float.isFinite(embedding[i])) {
        throw Faults.embeddingValue(id, clientId, i);
      }
    }
  }

  private static String model(WriteContext context, NodeInput in) {
    String given = context.text("embedding_model", in.embeddingModel);
    return given == null || given.isEmpty() ? Generations.CLIENT_MODEL : given;
  }

  private static double score(Double given) {
    return given == null ? DEFAULT_SCORE : given;
  }

  /**
   * Returns the text to embed (section 3.6), null when there is none. An empty summary or title
   * blocks what would come after it.
   *
   * @param input the write's processed input text; null when unknown
   */
  static String embedText(
      String type, String title, String summary, String input, int maxTextLength) {
    String text =
        switch (type) {
          case "event", "evidence" -> first(summary, title, input);
          case "entity", "topic", "concept" -> first(title, summary);
          default -> first(summary, title);
        };
    String normal = text == null ? "" : TextRules.normalise(text, maxTextLength);
    return normal.isEmpty() ? null : normal;
  }

  private static String first(String... candidates) {
    for (String candidate : candidates) {
      if (candidate != null) {
        return candidate;
      }
    }
    return null;
  }

  private void checkRule() {
    if (!type.equals("rule")) {
      return;
    }
    if (lane.equals("private") && ownerAgentId == null && ownerTeamId == null) {
      throw Faults.privateRuleOwner(id, clientId);
    }
    String ruleScope = ruleScope();
    if (!ruleScope.equals("global") && ruleTarget(ruleScope) == null) {
      throw Faults.ruleTarget(id, clientId, ruleScope);
    }
  }

  boolean isRule() {
    return type.equals("rule");
  }

  boolean isEvent() {
    return type.equals("event");
  }

  /** {@code team}, {@code agent} or {@code global}. */
  String ruleScope() {
    String given = slotText("rule_scope");
    String lower = given == null ? "" : given.toLowerCase(Locale.ROOT);
    return lower.equals("team") || lower.equals("agent") ? lower : "global";
  }

  /** The trimmed {@code slots.target_<kind>_id}, null when absent, blank or no string. */
  String ruleTarget(String kind) {
    return slotText("target_" + kind + "_id");
  }

  private String slotText(String key) {
    JsonNode value = slots.get(key);
    return value != null && value.isTextual() ? TextRules.trimToNull(value.textValue()) : null;
  }
}
