package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both engines over the same vectors answer the same when both compare all of them. */
class CandidateParityTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {3, 384, 1536})
  void exactAnswersAreIdentical(int dimension) {
    try (TestDatabase database = TestDatabase.pgvector()) {
      CandidateKit kit = new CandidateKit(database);
      int generation = kit.generation(dimension);
      List<Node> nodes = new ArrayList<>();
      for (float[] vector : CandidateKit.topical(1500, dimension, 30, 1, 2)) {
        Node node = CandidateKit.node("parity", vector);
        int part = nodes.size() % 10;
        nodes.add(
            part < 6 ? node : part < 8 ? node.ownedBy("ann", null) : node.ownedBy(null, "red"));
      }
      // Twins: as near as one another to everything.
      nodes.subList(0, 40).stream()
          .map(node -> CandidateKit.node("parity", node.vector()))
          .toList()
          .forEach(nodes::add);
      kit.load(generation, nodes);
      CandidateIndex pgvector = new PgvectorIndex(kit.database, Settings.of(Map.of()));
      try (LuceneIndex lucene = new LuceneIndex(kit.database, Settings.of(Map.of()), directory)) {
        assertThat(lucene.rebuild()).isEqualTo(nodes.size());
        for (float[] vector : CandidateKit.topical(15, dimension, 30, 1, 3)) {
          for (Viewer viewer :
              List.of(Viewer.NOBODY, Viewer.of("ann", null), Viewer.of("ann", "red"))) {
            CandidateQuery query =
                CandidateKit.query(generation, "parity", viewer, 50, vector).exactly(50);
            same(pgvector.nearest(query), lucene.nearest(query));
          }
        }
      }
    }
  }

  private static void same(Candidates one, Candidates other) {
    assertThat(one.complete()).isTrue();
    assertThat(other.complete()).isTrue();
    assertThat(CandidateKit.ids(one)).hasSize(50).isEqualTo(CandidateKit.ids(other));
    for (int i = 0; i < one.found().size(); i++) {
      assertThat(one.found().get(i).similarity())
          .isEqualTo(other.found().get(i).similarity(), offset(1e-6));
    }
  }
}
