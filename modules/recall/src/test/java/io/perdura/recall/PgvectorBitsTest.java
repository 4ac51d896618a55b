package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.memory.Generation;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An index of signs: what it finds, and that nothing but the way to it is different. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PgvectorBitsTest {
  private static final int DIMENSION = 512;
  private static final int K = 20;
  private static final int QUERIES = 30;
  private static final String SCOPE = "bits";

  private final List<float[]> questions = CandidateKit.topical(QUERIES, DIMENSION, 60, 7, 99);
  private TestDatabase tests;
  private CandidateKit kit;
  private Generation generation;
  private PgvectorIndex bits;

  @BeforeAll
  void index() {
    tests = TestDatabase.pgvector();
    kit = new CandidateKit(tests);
    generation = new Generation(kit.generation(DIMENSION), "m", DIMENSION);
    List<Node> nodes = new ArrayList<>();
    for (float[] vector : CandidateKit.topical(3000, DIMENSION, 60, 7, 1)) {
      nodes.add(CandidateKit.node(SCOPE, vector));
    }
    for (float[] vector : CandidateKit.topical(300, DIMENSION, 60, 7, 2)) {
      nodes.add(CandidateKit.node(SCOPE, vector).ownedBy("eve", null));
    }
    nodes.add(CandidateKit.node(SCOPE, new float[DIMENSION]));
    kit.load(generation.id(), nodes);
    kit.execute("analyze memory_vectors");
    assertThat(new HnswIndexes(kit.database, Quantization.BITS).ensure(generation)).isTrue();
    bits = index("bits");
  }

  @AfterAll
  void close() {
    if (tests != null) {
      tests.close();
    }
  }

  private PgvectorIndex index(String quantization) {
    return new PgvectorIndex(
        kit.database,
        Settings.of(
            Map.of("PERDURA_EXACT_SCAN_LIMIT", "0", "PERDURA_HNSW_QUANTIZATION", quantization)));
  }

  private List<Candidates.Candidate> find(float[] question, Viewer viewer, boolean exact) {
    return bits.nearest(
            new CandidateQuery(generation.id(), DIMENSION, SCOPE, question, viewer, K, exact))
        .found();
  }

  @Test
  void theWalkOverSignsFindsNearlyAllOfTheNearestInTheirOrder() {
    long walks = walks();
    int same = 0;
    for (float[] question : questions) {
      Map<UUID, Double> exact =
          find(question, Viewer.NOBODY, true).stream()
              .collect(Collectors.toMap(Candidates.Candidate::id, Candidates.Candidate::distance));
      List<Candidates.Candidate> found = find(question, Viewer.NOBODY, false);
      assertThat(found)
          .hasSize(K)
          .isSortedAccordingTo((one, other) -> Double.compare(one.distance(), other.distance()));
      for (Candidates.Candidate candidate : found) {
        if (exact.containsKey(candidate.id())) {
          same++;
          assertThat(candidate.distance()).isCloseTo(exact.get(candidate.id()), within(1e-6));
        }
      }
    }
    assertThat(same).isGreaterThan(QUERIES * K * 95 / 100);
    CandidateKit.until(() -> walks() - walks >= QUERIES);
  }

  @Test
  void onlyTheOwnerFindsPrivateNodes() {
    assertThat(kit.number("select count(*) from memory_vectors where memory_lane = 'private'"))
        .isEqualTo(300);
    assertThat(privateOnes(Viewer.of("eve", null))).isPositive();
    assertThat(privateOnes(Viewer.of("bob", null))).isZero();
  }

  private long privateOnes(Viewer viewer) {
    return questions.stream()
        .flatMap(question -> find(question, viewer, false).stream())
        .filter(candidate ->
            kit.text(
                    "select memory_lane from memory_vectors where node_id = '%s'"
                        .formatted(candidate.id()))
                .equals("private"))
        .count();
  }

  @Test
  void rebuildingLeavesTheIndexOfTheOwnKindAlone() {
    Generation other = new Generation(kit.generation(8), "n", 8);
    assertThat(new HnswIndexes(kit.database, Quantization.BITS).ensure(other)).isTrue();
    assertThat(indexes(other)).isEqualTo(1);
    assertThat(new HnswIndexes(kit.database, Quantization.OFF).ensure(other)).isTrue();
    assertThat(indexes(other)).isEqualTo(2);

    assertThat(new HnswIndexes(kit.database, Quantization.OFF).rebuild(other)).isTrue();

    assertThat(indexes(other)).isEqualTo(1);
  }

  private int indexes(Generation of) {
    return kit.number(
        "select count(*) from pg_indexes where indexname in ('memory_vectors_bits_%1$d', 'memory_vectors_hnsw_%1$d')"
            .formatted(of.id()));
  }

  /** Searches that used the index; a connection tells of its own when it ends. */
  private long walks() {
    return kit.number(
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'memory_vectors_bits_%d'"
            .formatted(generation.id()));
  }
}
