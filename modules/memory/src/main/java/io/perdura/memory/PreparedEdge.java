package io.perdura.memory;

import java.util.Objects;
import java.util.UUID;

/**
 * An edge as it will be stored.
 *
 * @param id the id computed for this request; an edge that exists already keeps its own
 * @param repeated the request names the edge more than once
 */
record PreparedEdge(
    UUID id,
    String scopeKey,
    String type,
    UUID srcId,
    UUID dstId,
    double weight,
    double confidence,
    double decayRate,
    boolean repeated) {

  /** What makes an edge unique. */
  record Key(String scopeKey, String type, UUID srcId, UUID dstId) {}

  Key key() {
    return new Key(scopeKey, type, srcId, dstId);
  }

  /** Joins a repetition of this edge: the greater weight and confidence win, the rest stays. */
  PreparedEdge and(PreparedEdge later) {
    Objects.requireNonNull(later);
    return new PreparedEdge(
        id,
        scopeKey,
        type,
        srcId,
        dstId,
        Math.max(weight, later.weight),
        Math.max(confidence, later.confidence),
        decayRate,
        true);
  }
}
