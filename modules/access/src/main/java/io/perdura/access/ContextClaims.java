package io.perdura.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * Who acts, as a context of rules says it: {@code agent.id} and {@code agent.team_id}, or flat
 * {@code agent_id} and {@code team_id}. Both places are checked, and both get the principal's
 * values, so that whoever reads either is told the same (defect D9).
 */
final class ContextClaims {
  private final ObjectNode body;
  private final String field;

  ContextClaims(ObjectNode body, String field) {
    this.body = body;
    this.field = field;
  }

  /** Refuses a claim that differs from what is expected; null = nothing is. */
  @FunctionalInterface
  interface Check {
    void compare(String field, String value, String expected);
  }

  void apply(Principal principal, Check check) {
    ObjectNode context = body.get(field) instanceof ObjectNode sent ? sent : body.putObject(field);
    JsonNode agent = context.get("agent");
    if (agent instanceof ObjectNode nested) {
      compare(check, field + ".agent.id", nested.get("id"), principal.agentId());
      compare(check, field + ".agent.team_id", nested.get("team_id"), principal.teamId());
    }
    compare(check, field + ".agent.id", context.get("agent_id"), principal.agentId());
    compare(check, field + ".agent.team_id", context.get("team_id"), principal.teamId());
    if (principal.agentId() == null && principal.teamId() == null) {
      return;
    }
    ObjectNode target = agent instanceof ObjectNode nested ? nested : Jsons.object();
    context.set("agent", target);
    put(target, "id", context, "agent_id", principal.agentId());
    put(target, "team_id", context, "team_id", principal.teamId());
  }

  private static void compare(Check check, String path, JsonNode claim, String expected) {
    if (claim != null && claim.isTextual()) {
      check.compare(path, claim.textValue(), expected);
    }
  }

  private static void put(
      ObjectNode agent, String nested, ObjectNode context, String flat, String value) {
    if (value != null) {
      agent.put(nested, value);
      context.put(flat, value);
    }
  }
}
