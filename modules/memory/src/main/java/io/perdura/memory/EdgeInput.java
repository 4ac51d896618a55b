package io.perdura.memory;

import io.perdura.kernel.Fields;
import java.util.UUID;

/** One entry of {@code edges[]} as the caller sent it. Absent values are null. */
final class EdgeInput {
  final String type;
  final End src;
  final End dst;
  final UUID id;
  final String scope;
  final Double weight;
  final Double confidence;
  final Double decayRate;

  EdgeInput(Fields fields) {
    type = fields.enumeration("type", Graph.EDGE_TYPES);
    src = End.read(fields, "src");
    dst = End.read(fields, "dst");
    id = fields.optUuid("id");
    scope = fields.optString("scope");
    weight = fields.optNumber("weight", 0, 1);
    confidence = fields.optNumber("confidence", 0, 1);
    decayRate = fields.optNumber("decay_rate", 0, 1);
  }

  /** A node at one end: its id, or else the client_id of a node of the same request. */
  record End(UUID id, String clientId) {
    private static End read(Fields edge, String field) {
      Fields fields = edge.object(field);
      if (fields == null) {
        return null;
      }
      End end = new End(fields.optUuid("id"), fields.optString("client_id"));
      fields.rule(end.id != null || end.clientId != null, field + " must set id or client_id");
      return end;
    }

    /** The name that goes into the id of an edge: as sent, not trimmed. */
    String name() {
      return id != null ? id.toString() : clientId;
    }
  }
}
