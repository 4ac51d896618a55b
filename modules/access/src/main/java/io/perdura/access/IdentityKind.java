package io.perdura.access;

import java.util.List;

/**
 * Which identity fields of a request are checked against the principal (contract, section 1.17).
 */
public enum IdentityKind {
  /** Reads: who asks decides which private rows are visible. */
  CONSUMER,

  /** Recalls: as reads, and the context in which rules are evaluated beside. */
  RECALL,

  /** Rules and tools: who acts, inside of the context. */
  CONTEXT,

  /** Planning: who asks, and who acts. */
  PLANNER,

  /** Writes: who made the memory and who owns it. */
  PRODUCER,

  /** Maintenance: the tenant alone. */
  TENANT,

  /** Nothing: the admin token decides. */
  NONE;

  List<String> fields() {
    return switch (this) {
      case CONSUMER, RECALL, PLANNER -> List.of("consumer_agent_id", "consumer_team_id");
      case PRODUCER -> List.of("producer_agent_id", "owner_agent_id", "owner_team_id");
      case CONTEXT, TENANT, NONE -> List.of();
    };
  }

  /** The body's field with the context that names who acts; null where there is none. */
  String context() {
    return switch (this) {
      case CONTEXT, PLANNER -> "context";
      case RECALL -> "rules_context";
      default -> null;
    };
  }
}
