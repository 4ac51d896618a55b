package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds the seeds of a hybrid recall: asks the arms beside the vector arm, and for what stands next
 * to the best candidates in their sessions, all in one round trip when the query's words and the
 * scope are known, and ranks everything by {@link Fusion}.
 */
final class HybridSeeds {
  /** What the newest nodes count for: a few, so that they never crowd out what was asked for. */
  private static final int RECENT = 10;

  private final Set<Arm> arms;
  private final LexicalWords words;
  private final LexicalStatistics statistics;
  private final HybridStore store;

  HybridSeeds(Database database, Settings settings) {
    this.arms = Arm.parse(settings.get(RecallSettings.PERDURA_RECALL_ARMS));
    this.words = new LexicalWords(database);
    this.statistics = new LexicalStatistics(database);
    this.store = new HybridStore(database);
  }

  /**
   * Returns at most {@code query.limit()} seeds, best first: visible, tier hot or warm, of the
   * types that may be seeds, topics and rules in the states that may be. Vector hits that may not
   * be seeds are left out.
   *
   * @throws io.perdura.kernel.ApiException 503 when the database cannot be reached in time
   */
  Result find(HybridQuery query) {
    long start = System.nanoTime();
    List<Candidates.Candidate> hits = arms.contains(Arm.VECTOR) ? query.vectorHits() : List.of();
    List<UUID> near = hits.stream().map(Candidates.Candidate::id).toList();
    Asked asked = ask(query, near, arms);
    Bm25 bm25 = asked.bm25();
    List<HybridNode> nodes = asked.nodes();
    long read = System.nanoTime();

    Optional<HybridDates> date = HybridDates.namedIn(query.text());
    Fusion fusion = new Fusion(hits, nodes, bm25, date);
    fusion.add(asked.neighbours());
    List<HybridSeed> seeds = fusion.best(query.limit());
    return new Result(seeds, report(nodes, seeds, read - start), asked.roundTrips());
  }

  /** What the database answered; no BM25 when the query has no words or nobody asks for them. */
  private record Asked(
      List<HybridNode> nodes, List<HybridNeighbour> neighbours, Bm25 bm25, int roundTrips) {}

  private Asked ask(HybridQuery query, List<UUID> near, Set<Arm> asked) {
    LexicalPlan plan = LexicalPlan.NOTHING;
    LexicalStatistics.Scope scope = null;
    int trips = words.knows(query.text()) ? 1 : 2;
    Set<String> lexemes = words.lexemes(query.text());
    if (asked.contains(Arm.LEXICAL)) {
      trips += lexemes.isEmpty() || statistics.knows(query.scope().key()) ? 0 : 2;
      scope = lexemes.isEmpty() ? null : statistics.of(query.scope().key());
      plan = scope == null ? plan : LexicalPlan.of(query.scope().key(), lexemes, scope);
    }
    EntityArm names =
        asked.contains(Arm.ENTITY)
            ? EntityArm.mentionedIn(query.text(), query.scope(), words::isStopWord)
            : EntityArm.NOBODY;
    int recent = asked.contains(Arm.RECENCY) ? RECENT : 0;
    HybridStore.Answer answer = store.candidates(query, near, plan, names, recent);
    Bm25 bm25 = plan.lexemes().isEmpty() ? null : bm25(plan, scope, answer.nodes());
    return new Asked(answer.nodes(), answer.neighbours(), bm25, trips);
  }

  /** Returns the order of the lexical arm by itself: BM25 and nothing else. */
  List<UUID> byWords(HybridQuery query) {
    Asked asked = ask(query, List.of(), Set.of(Arm.LEXICAL));
    if (asked.bm25() == null) {
      return List.of();
    }
    Map<UUID, Double> scores = new HashMap<>();
    asked.nodes().forEach(node -> scores.put(node.id(), asked.bm25().score(node.words())));
    return scores.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .sorted(
            Map.Entry.<UUID, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Uuids.ORDER)))
        .limit(query.limit())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Weighs the query's words: those of which every node was read by counting, the common ones by
   * the scope's sample.
   */
  private static Bm25 bm25(
      LexicalPlan plan, LexicalStatistics.Scope scope, List<HybridNode> nodes) {
    Map<String, Double> idf = new HashMap<>();
    boolean cut =
        nodes.stream().filter(node -> node.foundBy(HybridSql.LEXICAL)).count()
            >= LexicalPlan.MOST_ROWS;
    double documents = Math.max(scope.nodes(), nodes.size());
    for (String lexeme : plan.lexemes()) {
      long counted = nodes.stream().filter(node -> node.words().frequency(lexeme) > 0).count();
      boolean whole = plan.counted().contains(lexeme) && !cut;
      double df = whole ? (double) counted : Math.max((double) counted, scope.estimate(lexeme));
      idf.put(lexeme, Bm25.idf(documents, Math.min(documents, df)));
    }
    return new Bm25(idf, scope.averageLength());
  }

  /** The arms share their round trip, so they share its time. */
  private ArmReport report(List<HybridNode> nodes, List<HybridSeed> seeds, long nanos) {
    ArmReport report = new ArmReport();
    for (Arm arm : arms) {
      int bits = bits(arm);
      int found = (int) nodes.stream().filter(node -> node.foundBy(bits)).count();
      report.found(arm, found, arm == Arm.VECTOR ? 0 : nanos);
    }
    for (HybridSeed seed : seeds) {
      seed.arms().forEach(report::contributed);
    }
    return report;
  }

  private static int bits(Arm arm) {
    return switch (arm) {
      case VECTOR -> HybridSql.VECTOR;
      case LEXICAL -> HybridSql.LEXICAL;
      case ENTITY -> HybridSql.ENTITY | HybridSql.LINKED;
      case RECENCY -> HybridSql.RECENT;
    };
  }

  /**
   * The seeds and what each arm did.
   *
   * @param arms complete but for the time of the vector arm, which the caller knows; the times of
   *     the others are that of the round trip they share
   * @param roundTrips to the database: one when words and scope are known
   */
  record Result(List<HybridSeed> seeds, ArmReport arms, int roundTrips) {}
}
