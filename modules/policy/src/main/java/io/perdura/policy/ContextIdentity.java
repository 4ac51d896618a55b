package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.TextRules;

/**
 * The agent and team that a context speaks for: the nested place first, the flat one where the
 * nested is absent, blank or no text.
 */
record ContextIdentity(String agentId, String teamId) {
  static ContextIdentity of(JsonNode context) {
    if (context == null || !context.isObject()) {
      return new ContextIdentity(null, null);
    }
    JsonNode agent = context.path("agent");
    return new ContextIdentity(
        first(agent.get("id"), context.get("agent_id")),
        first(agent.get("team_id"), context.get("team_id")));
  }

  private static String first(JsonNode nested, JsonNode flat) {
    String own = text(nested);
    return own == null ? text(flat) : own;
  }

  private static String text(JsonNode value) {
    return value != null && value.isTextual() ? TextRules.trimToNull(value.textValue()) : null;
  }

  boolean isNobody() {
    return agentId == null && teamId == null;
  }

  /** The contract's word for what the lane filter goes by. */
  String laneReason() {
    if (isNobody()) {
      return "missing_agent_context";
    }
    if (agentId != null) {
      return teamId == null ? "enforced_agent_only" : "enforced_agent_team";
    }
    return "enforced_team_only";
  }
}
