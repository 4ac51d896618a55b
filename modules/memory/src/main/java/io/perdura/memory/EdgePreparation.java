package io.perdura.memory;

import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Finds the ends of a request's edges among its nodes and derives their ids. */
final class EdgePreparation {
  private static final double DEFAULT_WEIGHT = 0.5;
  private static final double DEFAULT_DECAY = 0.01;

  private final WriteContext context;
  private final Map<String, PreparedNode> byClientId = new HashMap<>();
  private final Map<UUID, PreparedNode> byId;
  private final String textOfId;

  /** {@code byId}: the request's nodes; {@code nodes}: the same in request order. */
  EdgePreparation(WriteContext context, List<PreparedNode> nodes, Map<UUID, PreparedNode> byId) {
    this.context = context;
    this.byId = byId;
    for (PreparedNode node : nodes) {
      if (node.clientId != null) {
        byClientId.put(node.clientId, node);
      }
    }
    String hash = context.request.inputSha256;
    this.textOfId = context.input != null ? context.input : hash != null ? hash : "noinput";
  }

  /** Returns the edges in request order. */
  List<PreparedEdge> prepare(List<EdgeInput> inputs) {
    List<PreparedEdge> edges = new ArrayList<>(inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      edges.add(prepare(inputs.get(i), i));
    }
    return edges;
  }

  private PreparedEdge prepare(EdgeInput in, int index) {
    ScopeKey scope = context.scopeOf(in.scope);
    UUID src = resolve(in.src, index, "src");
    UUID dst = resolve(in.dst, index, "dst");
    UUID id = in.id;
    if (id == null) {
      id =
          StableIds.uuid(
              scope.key()
                  + ":edge:"
                  + textOfId
                  + ":"
                  + in.type
                  + ":"
                  + in.src.name()
                  + ":"
                  + in.dst.name());
    }
    if (src.equals(dst)) {
      throw Faults.selfLoop(id, src);
    }
    checkScope(id, scope, src);
    checkScope(id, scope, dst);
    return new PreparedEdge(
        id,
        scope.key(),
        in.type,
        src,
        dst,
        orElse(in.weight, DEFAULT_WEIGHT),
        orElse(in.confidence, DEFAULT_WEIGHT),
        orElse(in.decayRate, DEFAULT_DECAY),
        false);
  }

  private UUID resolve(EdgeInput.End end, int edge, String name) {
    if (end.id() != null) {
      return end.id();
    }
    PreparedNode node =
        byClientId.get(Faults.storable("client_id", TextRules.trim(end.clientId())));
    if (node == null) {
      throw Faults.unknownClientId(edge, name, end.clientId());
    }
    return node.id;
  }

  /** Nodes of the request are checked here, stored ones once they are looked up. */
  private void checkScope(UUID edgeId, ScopeKey scope, UUID end) {
    PreparedNode node = byId.get(end);
    if (node != null && !node.scope.equals(scope) && !context.allowCrossScopeEdges) {
      throw Faults.crossScopeEdge(edgeId, end);
    }
  }

  /** Returns each edge once, repetitions joined, in request order. */
  static List<PreparedEdge> distinct(List<PreparedEdge> edges) {
    Map<PreparedEdge.Key, PreparedEdge> byKey = new LinkedHashMap<>();
    Map<UUID, PreparedEdge.Key> byId = new HashMap<>();
    for (PreparedEdge edge : edges) {
      PreparedEdge.Key other = byId.putIfAbsent(edge.id(), edge.key());
      if (other != null && !other.equals(edge.key())) {
        throw Faults.edgeIdConflict(edge.id());
      }
      byKey.merge(edge.key(), edge, PreparedEdge::and);
    }
    return List.copyOf(byKey.values());
  }

  private static double orElse(Double value, double fallback) {
    return value == null ? fallback : value;
  }
}
