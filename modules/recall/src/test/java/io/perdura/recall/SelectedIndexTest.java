package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.memory.Generations;
import io.perdura.memory.VectorsChanged;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which engine a server takes, and that it refuses one that cannot serve it. */
class SelectedIndexTest {
  private static final String HNSW =
      "select count(*) from pg_index where indexrelid = to_regclass('memory_vectors_hnsw_%d') and indisvalid";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"api", "worker"})
  void aServerOfAnotherRoleDoesNotStartWithLucene(String role) {
    Settings settings = settings("PERDURA_CANDIDATE_INDEX", "lucene", "PERDURA_ROLE", role);

    // Whatever is among the faults ends the process before anything is built on it.
    assertThat(settings.faults())
        .containsOnlyOnce(
            "PERDURA_CANDIDATE_INDEX: lucene serves PERDURA_ROLE all only; an api or worker server needs a database with pgvector");
  }

  @Test
  void roleAllStartsWithLuceneAndOtherRolesWithPgvector() {
    assertThat(settings("PERDURA_CANDIDATE_INDEX", "lucene").faults())
        .noneMatch(fault -> fault.contains("PERDURA_CANDIDATE_INDEX"));
    assertThat(settings("PERDURA_CANDIDATE_INDEX", "pgvector", "PERDURA_ROLE", "api").faults())
        .noneMatch(fault -> fault.contains("PERDURA_CANDIDATE_INDEX"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "worker"})
  void withoutPgvectorAServerOfAnotherRoleSaysWhatIsMissing(String role) {
    try (TestDatabase database = TestDatabase.fresh()) {
      SelectedIndex index = index(new CandidateKit(database), "PERDURA_ROLE", role);

      assertThatThrownBy(() -> index.nearest(query(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("this database has no pgvector, and lucene serves role all only");
    }
  }

  @Test
  void pgvectorIsNotAssumedWhereItIsMissing() {
    try (TestDatabase database = TestDatabase.fresh()) {
      SelectedIndex index =
          index(new CandidateKit(database), "PERDURA_CANDIDATE_INDEX", "pgvector");

      assertThatThrownBy(() -> index.nearest(query(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("stores vectors as real[]");
    }
  }

  @Test
  void withoutPgvectorLuceneIsTakenAndHearsOfChanges() {
    try (TestDatabase database = TestDatabase.fresh()) {
      CandidateKit kit = new CandidateKit(database);
      int generation = kit.generation(4);
      SelectedIndex index = index(kit);
      assertThat(index.status().ready()).isFalse();
      assertThat(index.engine()).isEqualTo("lucene");
      CandidateKit.until(() -> {
        index.nearest(query(generation));
        return index.status().ready();
      });
      for (int i = 0; i < 5; i++) {
        Node node = CandidateKit.node("s", 1, 0, 0, i);
        kit.write(generation, node);
        index.onVectorsChanged(new VectorsChanged("s", generation, List.of(node.id())));
        assertThat(CandidateKit.ids(index.nearest(query(generation)))).contains(node.id());
      }
      assertThat(index.rebuild()).isEqualTo(5);
      assertThat(directory.resolve("candidate-index")).isNotEmptyDirectory();
      index.close();
    }
  }

  @Test
  void lucenesIndexCanBeHadOverADatabaseWithPgvector() {
    try (TestDatabase database = TestDatabase.pgvector()) {
      SelectedIndex index = index(new CandidateKit(database), "PERDURA_CANDIDATE_INDEX", "lucene");

      assertThat(index.engine()).isEqualTo("lucene");
      index.close();
    }
  }

  @Test
  void aSearchHasTheIndexOfItsGenerationBuilt() {
    try (TestDatabase database = TestDatabase.pgvector()) {
      CandidateKit kit = new CandidateKit(database);
      SelectedIndex index = index(kit, "PERDURA_ROLE", "api");
      assertThat(index.engine()).isEqualTo("pgvector");
      // Also of one that came later, as when another server was given another model.
      for (int generation : new int[] {kit.generation(4), kit.generation(4)}) {
        assertThat(index.nearest(query(generation)).found()).isEmpty();
        CandidateKit.until(() -> kit.number(HNSW.formatted(generation)) == 1);
      }
      index.close();
    }
  }

  @Test
  void vectorsOfAWorkerThatNeverSearchesAreIndexedToo() {
    try (TestDatabase database = TestDatabase.pgvector()) {
      CandidateKit kit = new CandidateKit(database);
      int generation = kit.generation(4);
      index(kit, "PERDURA_ROLE", "worker")
          .onVectorsChanged(new VectorsChanged("s", generation, List.of()));

      CandidateKit.until(() -> kit.number(HNSW.formatted(generation)) == 1);
    }
  }

  @Test
  void anIndexIsBuiltAnewOnRequestAndAnInvalidOneReplaced() {
    try (TestDatabase database = TestDatabase.pgvector()) {
      CandidateKit kit = new CandidateKit(database);
      int generation = kit.generation(4);
      kit.write(generation, CandidateKit.node("s", 1, 0, 0, 0), CandidateKit.node("s", 0, 1, 0, 0));
      SelectedIndex index = index(kit);
      String file = "select pg_relation_filenode('memory_vectors_hnsw_%d')".formatted(generation);

      assertThat(index.rebuild()).isEqualTo(2);
      assertThat(kit.number(HNSW.formatted(generation))).isEqualTo(1);
      String first = kit.text(file);
      assertThat(index.rebuild()).isEqualTo(2);
      assertThat(kit.text(file)).isNotEqualTo(first);

      kit.execute(
          "update pg_index set indisvalid = false where indexrelid = 'memory_vectors_hnsw_%d'::regclass"
              .formatted(generation));
      index.nearest(query(generation));
      CandidateKit.until(() -> kit.number(HNSW.formatted(generation)) == 1);
      assertThat(index.nearest(query(generation)).found()).hasSize(2);
    }
  }

  @Test
  void ofSeveralServersOneBuildsAnIndex() throws Exception {
    try (TestDatabase database = TestDatabase.pgvector()) {
      CandidateKit kit = new CandidateKit(database);
      int generation = kit.generation(4);
      var wanted = new io.perdura.memory.Generation(generation, "m", 4);
      try (var other = database.dataSource().getConnection();
          var statement = other.createStatement()) {
        statement.execute("select pg_advisory_lock(%d, %d)".formatted(0x70647831, generation));
        assertThat(new HnswIndexes(kit.database, Quantization.OFF).ensure(wanted)).isFalse();
      }
      CandidateKit.until(() -> new HnswIndexes(kit.database, Quantization.OFF).ensure(wanted));
      assertThat(kit.number(HNSW.formatted(generation))).isEqualTo(1);
    }
  }

  private SelectedIndex index(CandidateKit kit, String... namesAndValues) {
    Settings settings = settings(namesAndValues);
    return new SelectedIndex(
        kit.database, settings, new Generations(kit.database, settings, Embeddings.of(settings)));
  }

  private Settings settings(String... namesAndValues) {
    Map<String, String> values = new HashMap<>();
    values.put("PERDURA_STATE_DIR", directory.toString());
    values.put("EMBEDDING_DIM", "4");
    values.put("EMBEDDING_PROVIDER", "fake");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Settings.of(values);
  }

  private static CandidateQuery query(int generation) {
    return CandidateKit.query(generation, "s", Viewer.NOBODY, 10, 1, 0, 0, 0);
  }
}
