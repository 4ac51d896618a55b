package io.perdura.recall;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One ranking from what all arms found.
 *
 * <pre>
 * own(n)       = v + l + 0.1 e + 0.2 d + 0.05 r
 * relevance(n) = own(n) + sum over neighbours m in n's session of  f * own(m)
 * similarity(n)= strength * relevance(n) / (best relevance)
 * </pre>
 *
 * <ul>
 *   <li>v, nearness: (cos - floor) / (best cos - floor), cut to [0, 1]; floor is the cosine of the
 *       hundredth vector hit (of the last, if there are fewer), at most best cos - 0.2. A node that
 *       the vector arm did not find has 0; a node whose vector does not exist yet has v = l, and so
 *       has every node when there are no vector hits.
 *   <li>l, words: BM25 / best BM25 * min(1, coverage / 0.4), for the hundred best. Coverage is the
 *       share of the query's words, weighted by idf, that the node has: the best of many bad
 *       matches, one word by chance, stays a bad match.
 *   <li>e is 1 for a node that the query names by title or client id, and for one linked to it.
 *   <li>d is 1 when the query names the day or month in which the node was written.
 *   <li>r is 1 / place among the newest nodes.
 *   <li>f is 0.3 and 0.15 when m comes one and two events before n, 0.2 and 0.1 when after: an
 *       answer often stands next to the words that lead to it. Only the ten nearest nodes and the
 *       ten that cover most of the query's words give to their neighbours.
 *   <li>strength, how good the best find is in itself: the larger of the best cosine and 0.9 times
 *       the share of the query's words, weighted by idf, that one node covers.
 * </ul>
 *
 * <p>The weights were chosen on half of a public dialogue benchmark; {@code docs/recall.md} has the
 * figures of the other half.
 */
final class Fusion {
  private static final int RANKED_HITS = 100;
  private static final double SMALLEST_SPREAD = 0.2;
  private static final double ENTITY_WEIGHT = 0.1;
  private static final double DATE_WEIGHT = 0.2;
  private static final double RECENCY_WEIGHT = 0.05;
  private static final double[] FROM_BEFORE = {0.3, 0.15};
  private static final double[] FROM_AFTER = {0.2, 0.1};
  private static final double WORDS_ALONE = 0.9;

  /** Share of the query's weight from which on a match in words counts whole. */
  private static final double GOOD_COVERAGE = 0.4;

  private final Map<UUID, Item> items = new HashMap<>();
  private final double strength;

  /** A node in the making of its relevance. */
  private static final class Item {
    private final UUID id;
    private final boolean pending;
    private final Set<Arm> arms = EnumSet.noneOf(Arm.class);
    private final HybridNode node;
    private double own;
    private double relevance;

    Item(UUID id, boolean pending, HybridNode node) {
      this.id = id;
      this.pending = pending;
      this.node = node;
    }
  }

  /**
   * @param hits what the vector arm found, nearest first
   * @param nodes candidates of all arms
   * @param bm25 scores of the query, null when there is no lexical arm
   * @param date the date that the query names
   */
  Fusion(
      List<Candidates.Candidate> hits,
      List<HybridNode> nodes,
      Bm25 bm25,
      Optional<HybridDates> date) {
    Map<UUID, Double> near = nearness(hits);
    Map<UUID, Double> words = bm25 == null ? Map.of() : words(nodes, bm25);
    double coverage = 0;
    for (HybridNode node : nodes) {
      Item item = new Item(node.id(), node.pending(), node);
      double l = words.getOrDefault(node.id(), 0.0);
      boolean noVector = node.pending() || hits.isEmpty();
      double v = noVector ? l : near.getOrDefault(node.id(), 0.0);
      item.own = v + l + extras(item, node, date);
      item.relevance = item.own;
      nameArms(item, node, near.containsKey(node.id()), l > 0);
      items.put(node.id(), item);
      coverage = l > 0 ? Math.max(coverage, bm25.coverage(node.words())) : coverage;
    }
    double nearest = hits.isEmpty() ? 0 : hits.getFirst().similarity();
    strength = Figures.clamp01(Math.max(nearest, WORDS_ALONE * coverage));
  }

  private static double extras(Item item, HybridNode node, Optional<HybridDates> date) {
    double sum = 0;
    if (node.foundBy(HybridSql.ENTITY | HybridSql.LINKED)) {
      sum += ENTITY_WEIGHT;
    }
    boolean written =
        date.isPresent()
            && date.get().covers(node.createdAt().atOffset(ZoneOffset.UTC).toLocalDate());
    if (written) {
      sum += DATE_WEIGHT;
    }
    return item.node.place() > 0 ? sum + RECENCY_WEIGHT / node.place() : sum;
  }

  private static void nameArms(Item item, HybridNode node, boolean near, boolean words) {
    if (near) {
      item.arms.add(Arm.VECTOR);
    }
    if (words) {
      item.arms.add(Arm.LEXICAL);
    }
    if (node.foundBy(HybridSql.ENTITY | HybridSql.LINKED)) {
      item.arms.add(Arm.ENTITY);
    }
    if (node.foundBy(HybridSql.RECENT)) {
      item.arms.add(Arm.RECENCY);
    }
  }

  private static Map<UUID, Double> nearness(List<Candidates.Candidate> hits) {
    Map<UUID, Double> near = new HashMap<>();
    if (hits.isEmpty()) {
      return near;
    }
    double best = hits.getFirst().similarity();
    double last = hits.get(Math.min(hits.size(), RANKED_HITS) - 1).similarity();
    double floor = Math.min(last, best - SMALLEST_SPREAD);
    for (Candidates.Candidate hit : hits) {
      near.put(hit.id(), Figures.clamp01((hit.similarity() - floor) / (best - floor)));
    }
    return near;
  }

  private static Map<UUID, Double> words(List<HybridNode> nodes, Bm25 bm25) {
    record Scored(UUID id, double score, double trust) {}
    List<Scored> scored = new ArrayList<>();
    for (HybridNode node : nodes) {
      double score = bm25.score(node.words());
      if (score > 0) {
        double trust = Math.min(1, bm25.coverage(node.words()) / GOOD_COVERAGE);
        scored.add(new Scored(node.id(), score, trust));
      }
    }
    scored.sort(
        Comparator.comparingDouble(Scored::score)
            .reversed()
            .thenComparing(Scored::id, Uuids.ORDER));
    Map<UUID, Double> words = new HashMap<>();
    for (Scored one : scored.subList(0, Math.min(scored.size(), RANKED_HITS))) {
      words.put(one.id(), one.trust() * one.score() / scored.getFirst().score());
    }
    return words;
  }

  /** Lets sources give to their neighbours, which may be new candidates. */
  void add(List<HybridNeighbour> neighbours) {
    for (HybridNeighbour neighbour : neighbours) {
      Item source = items.get(neighbour.source());
      Item item =
          items.computeIfAbsent(neighbour.id(), id -> new Item(id, neighbour.pending(), null));
      int distance = Math.abs(neighbour.step()) - 1;
      // The source comes before a neighbour that is a step after it.
      double[] factors = neighbour.step() > 0 ? FROM_BEFORE : FROM_AFTER;
      item.relevance += factors[distance] * source.own;
      if (item.node == null) {
        item.arms.addAll(source.arms);
      }
    }
  }

  /** Returns the best candidates, best first. */
  List<HybridSeed> best(int limit) {
    List<Item> order =
        items.values().stream().sorted(order(item -> item.relevance)).limit(limit).toList();
    double top = order.isEmpty() ? 0 : order.getFirst().relevance;
    return order.stream()
        .map(item ->
            new HybridSeed(
                item.id,
                top > 0 ? strength * item.relevance / top : 0,
                item.pending,
                Collections.unmodifiableSet(item.arms)))
        .toList();
  }

  private interface Measure {
    double of(Item item);
  }

  private static Comparator<Item> order(Measure measure) {
    return Comparator.<Item>comparingDouble(measure::of)
        .reversed()
        .thenComparing(item -> item.id, Uuids.ORDER);
  }
}
