package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perdura.recall.Candidates.Candidate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FusionTest {
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);
  private static final UUID C = new UUID(0, 3);
  private static final Bm25 WORDS = new Bm25(Map.of("danc", 2.0, "studio", 1.0), 4);

  private static HybridNode node(UUID id, int found, boolean pending, Map<String, Integer> words) {
    int length = words.values().stream().mapToInt(Integer::intValue).sum();
    return new HybridNode(
        id,
        found,
        0,
        pending,
        Instant.parse("2026-03-07T10:00:00Z"),
        new LexicalVector(words, length));
  }

  private static Fusion fusion(List<Candidate> hits, HybridNode... nodes) {
    return new Fusion(hits, List.of(nodes), WORDS, Optional.empty());
  }

  @Test
  void whatBothMeaningAndWordsFindComesFirst() {
    List<HybridSeed> seeds =
        fusion(
                List.of(new Candidate(A, 0.2), new Candidate(B, 0.25)),
                node(A, HybridSql.VECTOR, false, Map.of("run", 4)),
                node(B, HybridSql.VECTOR | HybridSql.LEXICAL, false, Map.of("danc", 1, "run", 3)),
                node(C, HybridSql.LEXICAL, false, Map.of("studio", 1, "run", 3)))
            .best(10);

    assertThat(seeds).extracting(HybridSeed::id).containsExactly(B, A, C);
    assertThat(seeds.getFirst().arms()).containsExactly(Arm.VECTOR, Arm.LEXICAL);
  }

  @Test
  void similarityStartsAtTheBestCosineAndFallsWithRelevance() {
    List<HybridSeed> seeds =
        fusion(
                List.of(new Candidate(A, 0.2), new Candidate(B, 0.3)),
                node(A, HybridSql.VECTOR, false, Map.of()),
                node(B, HybridSql.VECTOR, false, Map.of()))
            .best(10);

    // The floor is 0.2 below the best cosine, so that B, 0.1 below it, has half of A's relevance.
    assertThat(seeds.get(0).similarity()).isCloseTo(0.8, within(1e-9));
    assertThat(seeds.get(1).similarity()).isCloseTo(0.4, within(1e-9));
  }

  @Test
  void aPendingNodeCountsAsNearAsItsWordsSay() {
    List<HybridSeed> seeds =
        fusion(
                List.of(new Candidate(A, 0.4)),
                node(A, HybridSql.VECTOR, false, Map.of("run", 4)),
                node(B, HybridSql.LEXICAL, true, Map.of("danc", 1, "studio", 1)))
            .best(10);

    // v = l = 1 for B; all of the query's words are covered: 0.9.
    assertThat(seeds).extracting(HybridSeed::id).containsExactly(B, A);
    assertThat(seeds.getFirst().pending()).isTrue();
    assertThat(seeds.get(0).similarity()).isCloseTo(0.9, within(1e-9));
    assertThat(seeds.get(1).similarity()).isCloseTo(0.45, within(1e-9));
  }

  @Test
  void aChanceWordDoesNotOutweighWhatMeansTheSame() {
    // One of many words of the question: the best match in words, and a bad one.
    Bm25 question =
        new Bm25(Map.of("week", 2.0, "day", 3.0, "close", 4.0, "deploy", 5.0, "stop", 6.0), 4);
    List<Candidate> hits = List.of(new Candidate(A, 0.2), new Candidate(B, 0.3));
    HybridNode meant = node(A, HybridSql.VECTOR, false, Map.of());
    HybridNode chance = node(B, HybridSql.VECTOR | HybridSql.LEXICAL, false, Map.of("week", 1));

    List<HybridSeed> seeds =
        new Fusion(hits, List.of(meant, chance), question, Optional.empty()).best(10);

    // B has half of A's nearness and a tenth of the question's weight, a quarter of what counts
    // whole.
    assertThat(seeds).extracting(HybridSeed::id).containsExactly(A, B);
    assertThat(seeds.get(1).similarity()).isCloseTo(0.8 * 0.75, within(1e-9));
  }

  @Test
  void neighboursInASessionShareInARelevance() {
    Fusion fusion =
        fusion(List.of(new Candidate(A, 0.2)), node(A, HybridSql.VECTOR, false, Map.of()));

    fusion.add(List.of(new HybridNeighbour(A, B, 1, false), new HybridNeighbour(A, C, -2, true)));
    List<HybridSeed> seeds = fusion.best(10);

    assertThat(seeds).extracting(HybridSeed::id).containsExactly(A, B, C);
    assertThat(seeds.get(1).similarity()).isCloseTo(0.8 * 0.3, within(1e-9));
    assertThat(seeds.get(2).similarity()).isCloseTo(0.8 * 0.1, within(1e-9));
    assertThat(seeds.get(2).pending()).isTrue();
    assertThat(seeds.get(1).arms()).containsExactly(Arm.VECTOR);
  }

  @Test
  void aNamedDateAndANamedEntityLiftWhatTheyTouch() {
    List<HybridNode> nodes =
        List.of(
            node(A, HybridSql.LEXICAL, true, Map.of("danc", 1)),
            node(B, HybridSql.LEXICAL | HybridSql.LINKED, true, Map.of("danc", 1)));
    Optional<HybridDates> sameDay = Optional.of(new HybridDates(2026, 3, 7));

    List<HybridSeed> plain = new Fusion(List.of(), nodes, WORDS, Optional.empty()).best(10);
    List<HybridSeed> dated = new Fusion(List.of(), nodes, WORDS, sameDay).best(10);

    assertThat(plain).extracting(HybridSeed::id).containsExactly(B, A);
    assertThat(plain.get(1).similarity() / plain.get(0).similarity())
        .isCloseTo(2 / 2.1, within(1e-9));
    assertThat(dated.get(1).similarity() / dated.get(0).similarity())
        .isCloseTo(2.2 / 2.3, within(1e-9));
  }

  @Test
  void nothingFoundGivesNoSeeds() {
    Fusion fusion = new Fusion(List.of(), List.of(), null, Optional.empty());

    assertThat(fusion.best(10)).isEmpty();
  }
}
