package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.memory.Generation;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tenants of very different size side by side, searched by both engines in one database: the small
 * ones get every nearest vector, the large one nearly all, whatever a viewer may see of it.
 *
 * <p>Three sizes and the dimension come from {@value #SIZES} and {@value #DIMENSION}, as the full
 * size takes minutes to index. The figures are logged.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CandidateQualityTest {
  private static final Logger LOG = Logger.getLogger(CandidateQualityTest.class.getName());
  private static final String SIZES = "perdura.tenants";
  private static final String DIMENSION = "perdura.tenants.dimension";
  private static final int K = 20;
  private static final int QUERIES = 40;

  /** Sees a hundredth of the large tenant's nodes: those in the shared lane. */
  private static final Viewer NOBODY = Viewer.NOBODY;

  /** Sees a twentieth: the shared ones and its own. */
  private static final Viewer TEAM = Viewer.of(null, "red");

  /** Sees all but the team's. */
  private static final Viewer OWNER = Viewer.of("bob", null);

  @TempDir static Path directory;
  private final int dimension = Integer.getInteger(DIMENSION, 64);
  private final List<Integer> sizes =
      Arrays.stream(System.getProperty(SIZES, "100,2000,20000").split(",", -1))
          .map(Integer::valueOf)
          .toList();
  private final List<List<Node>> tenants = new ArrayList<>();
  private TestDatabase tests;
  private int generation;
  private PgvectorIndex pgvector;
  private LuceneIndex lucene;

  private record Figures(double recall, double worst, double millis, boolean complete) {}

  @BeforeAll
  void index() throws Exception {
    tests = TestDatabase.pgvector();
    CandidateKit kit = new CandidateKit(tests);
    generation = kit.generation(dimension);
    for (int size : sizes) {
      String scope = "tenant " + tenants.size();
      boolean large = tenants.size() == sizes.size() - 1;
      Random random = new Random(size);
      List<Node> nodes = new ArrayList<>();
      // The same subjects in every tenant: a neighbour's vectors are as near as one's own.
      for (float[] vector : CandidateKit.topical(size, dimension, 400, 7, size)) {
        Node node = CandidateKit.node(scope, vector);
        int part = random.nextInt(100);
        boolean shared = !large || part == 0;
        nodes.add(
            shared ? node : part < 5 ? node.ownedBy("eve", "red") : node.ownedBy("bob", null));
      }
      kit.load(generation, nodes);
      tenants.add(nodes);
    }
    kit.execute("analyze memory_vectors");
    long began = System.nanoTime();
    assertThat(
            new HnswIndexes(kit.database, Quantization.OFF)
                .ensure(new Generation(generation, "m", dimension)))
        .isTrue();
    pgvector = new PgvectorIndex(kit.database, Settings.of(Map.of()));
    long between = System.nanoTime();
    lucene = new LuceneIndex(kit.database, Settings.of(Map.of()), directory);
    assertThat(lucene.rebuild()).isEqualTo(sizes.stream().mapToInt(Integer::intValue).sum());
    LOG.log(
        Level.INFO,
        "{0} vectors of {1}: pgvector indexed them in {2} s, lucene in {3} s",
        new Object[] {
          sizes,
          dimension,
          (between - began) / 1_000_000_000,
          (System.nanoTime() - between) / 1_000_000_000
        });
  }

  @AfterAll
  void close() {
    if (lucene != null) {
      lucene.close();
    }
    if (tests != null) {
      tests.close();
    }
  }

  @Test
  void theSmallestTenantGetsEveryNearestVector() {
    for (CandidateIndex index : List.of(pgvector, lucene)) {
      Figures figures = measure(index, 0, NOBODY);
      assertThat(figures.worst()).isEqualTo(1);
      assertThat(figures.complete()).isTrue();
    }
  }

  @Test
  void aTenantBetweenIsNotStarvedByTheLargeOne() {
    boolean few =
        sizes.get(1) <= Settings.of(Map.of()).get(RecallSettings.PERDURA_EXACT_SCAN_LIMIT);
    for (CandidateIndex index : List.of(pgvector, lucene)) {
      Figures figures = measure(index, 1, NOBODY);
      assertThat(figures.recall()).isGreaterThanOrEqualTo(few ? 1 : 0.95);
      assertThat(figures.complete()).isEqualTo(few);
    }
  }

  @Test
  void theLargeTenantGetsNearlyEveryNearestVector() {
    for (CandidateIndex index : List.of(pgvector, lucene)) {
      Figures figures = measure(index, 2, OWNER);
      assertThat(figures.recall()).isGreaterThanOrEqualTo(0.95);
      assertThat(figures.complete()).as("an index was walked").isFalse();
    }
  }

  @Test
  void whoSeesLittleOfTheLargeTenantGetsTheNearestOfThat() {
    for (CandidateIndex index : List.of(pgvector, lucene)) {
      assertThat(measure(index, 2, NOBODY).recall()).isGreaterThanOrEqualTo(0.95);
      assertThat(measure(index, 2, TEAM).recall()).isGreaterThanOrEqualTo(0.95);
    }
  }

  @Test
  void bothEnginesFindTheSame() {
    double overlap = 0;
    for (float[] vector : queries()) {
      CandidateQuery query = query(2, OWNER, vector);
      overlap +=
          CandidateKit.overlap(
                  CandidateKit.ids(pgvector.nearest(query)),
                  CandidateKit.ids(lucene.nearest(query)))
              / QUERIES;
    }
    LOG.log(Level.INFO, "overlap@{0} of the engines: {1}", new Object[] {K, overlap});
    assertThat(overlap).isGreaterThanOrEqualTo(0.95);
  }

  private Figures measure(CandidateIndex index, int tenant, Viewer viewer) {
    double sum = 0;
    double worst = 1;
    boolean complete = true;
    long[] nanos = new long[QUERIES];
    index.nearest(query(tenant, viewer, queries().getFirst()));
    for (int i = 0; i < QUERIES; i++) {
      CandidateQuery query = query(tenant, viewer, queries().get(i));
      long began = System.nanoTime();
      Candidates found = index.nearest(query);
      nanos[i] = System.nanoTime() - began;
      List<UUID> truth = CandidateKit.truth(tenants.get(tenant), query);
      double recall = CandidateKit.overlap(truth, CandidateKit.ids(found));
      sum += recall;
      worst = Math.min(worst, recall);
      complete &= found.complete();
    }
    Arrays.sort(nanos);
    Figures figures = new Figures(sum / QUERIES, worst, nanos[QUERIES / 2] / 1e6, complete);
    LOG.log(
        Level.INFO,
        "{0}, tenant of {1} seen by {2}: {3}",
        new Object[] {index.engine(), sizes.get(tenant), viewer, figures});
    return figures;
  }

  private CandidateQuery query(int tenant, Viewer viewer, float[] vector) {
    return CandidateKit.query(generation, "tenant " + tenant, viewer, K, vector);
  }

  /** About the same subjects, and equal to no stored vector. */
  private List<float[]> queries() {
    return CandidateKit.topical(QUERIES, dimension, 400, 7, 1);
  }
}
