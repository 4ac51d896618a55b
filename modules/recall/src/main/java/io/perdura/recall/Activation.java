package io.perdura.recall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Stage 2c: activation spreads from the seeds along the edges, and with a node's own salience and
 * confidence makes its score (contract, section 5.5).
 *
 * <p>The contract scores only nodes whose embedding is ready and that are no draft topics. A hybrid
 * recall also finds nodes by their words before they have an embedding: such a seed takes part like
 * any other.
 */
final class Activation {
  private static final double SEED_SIMILARITY = 0.75;
  private static final double SEED_SALIENCE = 0.25;
  private static final double DAMPING = 0.5;
  private static final double BY_ACTIVATION = 0.7;
  private static final double BY_CONFIDENCE = 0.15;
  private static final double BY_SALIENCE = 0.15;

  private final List<LoadedNode> nodes = new ArrayList<>();
  private final double[] values;

  /** Positions of the nodes reached so far, in order of discovery. */
  private final int[] reached;

  private int reachedCount;

  private Activation(int size) {
    values = new double[size];
    Arrays.fill(values, -1);
    reached = new int[size];
  }

  /** A node with its activation and score. */
  record Ranked(LoadedNode node, double activation, double score) {}

  /**
   * Ranks what the seeds reach within {@code hops} steps.
   *
   * @return best first; ties keep seeds first, then order of discovery
   */
  static List<Ranked> spread(List<Seed> seeds, Neighbourhood around, int hops) {
    Activation run = new Activation(around.nodes().size());
    Map<UUID, Integer> position = run.placeNodes(seeds, around);
    for (Seed seed : seeds) {
      run.raise(position.get(seed.node().id), startOf(seed));
    }
    Links links = new Links(around.edges(), position, run.nodes.size());
    for (int hop = 0; hop < hops; hop++) {
      run.step(links);
    }
    return run.ranked();
  }

  private static double startOf(Seed seed) {
    return Figures.clamp01(
        SEED_SIMILARITY * seed.similarity() + SEED_SALIENCE * seed.node().salience);
  }

  /** The scoring graph: seeds, and every other node that is ready and no draft topic. */
  private Map<UUID, Integer> placeNodes(List<Seed> seeds, Neighbourhood around) {
    Map<UUID, Integer> position = HashMap.newHashMap(around.nodes().size());
    for (Seed seed : seeds) {
      position.put(seed.node().id, nodes.size());
      nodes.add(seed.node());
    }
    for (LoadedNode node : around.nodes().values()) {
      if (node.isReady() && !node.isDraftTopic() && !position.containsKey(node.id)) {
        position.put(node.id, nodes.size());
        nodes.add(node);
      }
    }
    return position;
  }

  private void raise(int at, double value) {
    if (values[at] < 0) {
      reached[reachedCount++] = at;
    }
    values[at] = Math.max(values[at], value);
  }

  /** One synchronous step: a node passes on the activation that it had before the step. */
  private void step(Links links) {
    double[] before = values.clone();
    int known = reachedCount;
    for (int i = 0; i < known; i++) {
      int from = reached[i];
      for (int link = links.first(from); link < links.end(from); link++) {
        raise(links.target(link), before[from] * links.share(link) * DAMPING);
      }
    }
  }

  private List<Ranked> ranked() {
    List<Ranked> result = new ArrayList<>(reachedCount);
    for (int i = 0; i < reachedCount; i++) {
      LoadedNode node = nodes.get(reached[i]);
      double activation = values[reached[i]];
      result.add(
          new Ranked(
              node,
              activation,
              BY_ACTIVATION * activation
                  + BY_CONFIDENCE * node.confidence
                  + BY_SALIENCE * node.salience));
    }
    result.sort(Comparator.comparingDouble(Ranked::score).reversed());
    return result;
  }

  /** Edges of the scoring graph by node, direction ignored, in the order of the edges. */
  private static final class Links {
    private final int[] firsts;
    private final int[] targets;
    private final double[] shares;

    private Links(List<LoadedEdge> edges, Map<UUID, Integer> position, int size) {
      firsts = new int[size + 1];
      int[] from = new int[edges.size()];
      int[] to = new int[edges.size()];
      for (int i = 0; i < from.length; i++) {
        Integer src = position.get(edges.get(i).src());
        Integer dst = position.get(edges.get(i).dst());
        from[i] = src == null || dst == null ? -1 : src;
        if (from[i] >= 0) {
          to[i] = dst;
          firsts[from[i] + 1]++;
          firsts[to[i] + 1]++;
        }
      }
      for (int i = 0; i < size; i++) {
        firsts[i + 1] += firsts[i];
      }
      targets = new int[firsts[size]];
      shares = new double[firsts[size]];
      int[] next = Arrays.copyOf(firsts, size);
      for (int i = 0; i < from.length; i++) {
        if (from[i] >= 0) {
          LoadedEdge edge = edges.get(i);
          put(next[from[i]]++, to[i], edge);
          put(next[to[i]]++, from[i], edge);
        }
      }
    }

    private void put(int at, int target, LoadedEdge edge) {
      targets[at] = target;
      shares[at] = edge.typeFactor() * edge.weight() * edge.confidence();
    }

    int first(int node) {
      return firsts[node];
    }

    int end(int node) {
      return firsts[node + 1];
    }

    int target(int link) {
      return targets[link];
    }

    double share(int link) {
      return shares[link];
    }
  }
}
