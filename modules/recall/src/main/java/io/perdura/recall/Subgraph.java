package io.perdura.recall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Stage 2d: the part of the neighbourhood that is returned (contract, section 5.5).
 *
 * @param nodes seeds in their order, then by rank, then a few draft topics
 * @param edges edges between them, strongest first
 */
record Subgraph(List<LoadedNode> nodes, List<LoadedEdge> edges) {
  private static final int MOST_DRAFTS = 10;
  private static final int DRAFT_SHARE = 5;

  static Subgraph select(
      List<Seed> seeds, List<Activation.Ranked> ranking, Neighbourhood around, Knobs knobs) {
    Set<UUID> seedIds = new HashSet<>();
    LinkedHashSet<LoadedNode> core = new LinkedHashSet<>();
    for (Seed seed : seeds) {
      seedIds.add(seed.node().id);
      if (core.size() < knobs.maxNodes()) {
        core.add(seed.node());
      }
    }
    for (Activation.Ranked ranked : ranking) {
      if (core.size() >= knobs.maxNodes()) {
        break;
      }
      core.add(ranked.node());
    }
    List<LoadedNode> nodes = new ArrayList<>(core);
    addDrafts(nodes, seedIds, around, knobs.maxNodes());
    return new Subgraph(nodes, edgesBetween(nodes, around.edges(), knobs.maxEdges()));
  }

  /** Draft topics are not ranked; the best linked ones take free places or those of the last. */
  private static void addDrafts(
      List<LoadedNode> nodes, Set<UUID> seedIds, Neighbourhood around, int maxNodes) {
    List<LoadedNode> drafts = drafts(idsOf(nodes), around);
    int budget = Math.min(Math.min(MOST_DRAFTS, maxNodes / DRAFT_SHARE), drafts.size());
    int room = maxNodes - nodes.size();
    if (room > 0) {
      nodes.addAll(drafts.subList(0, Math.min(budget, room)));
      return;
    }
    int removed = 0;
    for (int i = nodes.size() - 1; i >= 0 && removed < budget; i--) {
      if (!seedIds.contains(nodes.get(i).id)) {
        nodes.remove(i);
        removed++;
      }
    }
    nodes.addAll(drafts.subList(0, removed));
  }

  private static List<LoadedNode> drafts(Set<UUID> core, Neighbourhood around) {
    Map<LoadedNode, Double> strength = new HashMap<>();
    List<LoadedNode> found = new ArrayList<>();
    for (LoadedEdge edge : around.edges()) {
      if (!edge.type().equals("related_to")) {
        LoadedNode draft = draftBeside(edge, core, around.nodes());
        if (draft != null
            && strength.put(draft, strength.getOrDefault(draft, 0.0) + edge.strength()) == null) {
          found.add(draft);
        }
      }
    }
    found.sort(Comparator.comparingDouble((LoadedNode draft) -> -strength.get(draft)));
    return found;
  }

  /** The draft topic that {@code edge} links to the core, null when it links none. */
  private static LoadedNode draftBeside(
      LoadedEdge edge, Set<UUID> core, Map<UUID, LoadedNode> nodes) {
    boolean srcInCore = core.contains(edge.src());
    if (srcInCore == core.contains(edge.dst())) {
      return null;
    }
    LoadedNode other = nodes.get(srcInCore ? edge.dst() : edge.src());
    return other.isDraftTopic() && other.isReady() ? other : null;
  }

  private static List<LoadedEdge> edgesBetween(
      List<LoadedNode> nodes, List<LoadedEdge> edges, int maxEdges) {
    Set<UUID> ids = idsOf(nodes);
    List<LoadedEdge> between = new ArrayList<>();
    for (LoadedEdge edge : edges) {
      if (ids.contains(edge.src()) && ids.contains(edge.dst())) {
        between.add(edge);
      }
    }
    between.sort(Comparator.comparingDouble(LoadedEdge::strength).reversed());
    return between.size() > maxEdges ? between.subList(0, maxEdges) : between;
  }

  private static Set<UUID> idsOf(List<LoadedNode> nodes) {
    Set<UUID> ids = HashSet.newHashSet(nodes.size());
    for (LoadedNode node : nodes) {
      ids.add(node.id);
    }
    return ids;
  }
}
