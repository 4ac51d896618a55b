package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import java.util.UUID;

/**
 * Client mistakes that the schema cannot see, each with a code of its own (contract, quirk Q2: 400,
 * never 500).
 */
final class Faults {
  private Faults() {}

  static ApiException privateRuleOwner(UUID nodeId, String clientId) {
    return bad(
        "invalid_private_rule_owner",
        "a private rule needs owner_agent_id or owner_team_id",
        Jsons.object()
            .put("node_id", nodeId.toString())
            .put("client_id", clientId)
            .put("memory_lane", "private")
            .put("type", "rule"));
  }

  static ApiException blank(String field) {
    return bad("blank_" + field, field + " must not be blank", Jsons.object().put("field", field));
  }

  static ApiException nodeIdMismatch(UUID id, String clientId, UUID expected) {
    return bad(
        "node_id_mismatch",
        "id and client_id are both set, and id is not the one that client_id has in this scope",
        Jsons.object()
            .put("id", id.toString())
            .put("client_id", clientId)
            .put("expected", expected.toString()));
  }

  static ApiException embeddingDimension(UUID id, String clientId, int expected, int actual) {
    return bad(
        "invalid_embedding_dimension",
        "embedding must have " + expected + " values",
        node(id, clientId).put("expected", expected).put("actual", actual));
  }

  static ApiException embeddingValue(UUID id, String clientId, int index) {
    return bad(
        "invalid_embedding_value",
        "embedding values must be finite 32-bit numbers",
        node(id, clientId).put("index", index));
  }

  static ApiException unknownClientId(int edge, String end, String clientId) {
    return bad(
        "unknown_client_id",
        end + ".client_id of an edge names no node of this request; use id for stored nodes",
        Jsons.object().put("edge", edge).put("end", end).put("client_id", clientId));
  }

  static ApiException unknownEndpoint(UUID edgeId, UUID nodeId) {
    return bad(
        "unknown_edge_endpoint",
        "an edge names a node that is neither in this request nor stored",
        Jsons.object().put("edge_id", edgeId.toString()).put("node_id", nodeId.toString()));
  }

  static ApiException crossScopeEdge(UUID edgeId, UUID nodeId) {
    return bad(
        "cross_scope_edge",
        "an edge joins nodes of another scope than its own (ALLOW_CROSS_SCOPE_EDGES is off)",
        Jsons.object().put("edge_id", edgeId.toString()).put("node_id", nodeId.toString()));
  }

  static ApiException selfLoop(UUID edgeId, UUID nodeId) {
    return bad(
        "self_loop_edge",
        "an edge must join two different nodes",
        Jsons.object().put("edge_id", edgeId.toString()).put("node_id", nodeId.toString()));
  }

  static ApiException edgeIdConflict(UUID edgeId) {
    return bad(
        "edge_id_conflict",
        "the edge id belongs to another edge",
        Jsons.object().put("edge_id", edgeId.toString()));
  }

  static ApiException nodeIdConflict(UUID nodeId) {
    return bad(
        "node_scope_conflict",
        "the node id belongs to a node of another scope",
        Jsons.object().put("node_id", nodeId.toString()));
  }

  static ApiException unknownParent(UUID commitId) {
    return bad(
        "unknown_parent_commit",
        "parent_commit_id is no commit of this scope",
        Jsons.object().put("parent_commit_id", commitId.toString()));
  }

  static ApiException ruleTarget(UUID id, String clientId, String ruleScope) {
    String target = "target_" + ruleScope + "_id";
    return bad(
        "invalid_rule_scope_target",
        "a rule with rule_scope " + ruleScope + " needs slots." + target,
        node(id, clientId).put("rule_scope", ruleScope).put("field", "slots." + target));
  }

  /** Refuses text that PostgreSQL cannot store, and mends what only Java can hold. */
  static String storable(String field, String text) {
    if (text == null) {
      return null;
    }
    if (text.indexOf('\0') >= 0) {
      throw bad("invalid_text", "text must not contain U+0000", Jsons.object().put("field", field));
    }
    return TextRules.wellFormed(text);
  }

  static ApiException bad(String code, String message, JsonNode details) {
    return ApiException.badRequest(code, message, details);
  }

  private static ObjectNode node(UUID id, String clientId) {
    return Jsons.object().put("node_id", id.toString()).put("client_id", clientId);
  }
}
