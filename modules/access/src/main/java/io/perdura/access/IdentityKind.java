package io.perdura.access;

import java.util.List;

/**
 * Which identity fields of a request are checked against the principal (contract, section 1.17).
 */
public enum IdentityKind {
  /** Reads: who asks decides which private rows are visible. */
  CONSUMER,

  /** Writes: who made the memory and who owns it. */
  PRODUCER,

  /** Maintenance: the tenant alone. */
  TENANT,

  /** Nothing: the admin token decides. */
  NONE;

  List<String> fields() {
    return switch (this) {
      case CONSUMER -> List.of("consumer_agent_id", "consumer_team_id");
      case PRODUCER -> List.of("producer_agent_id", "owner_agent_id", "owner_team_id");
      case TENANT, NONE -> List.of();
    };
  }
}
