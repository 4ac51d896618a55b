package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.recall.CandidateKit.Node;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An index over a thousand vectors that is opened and closed again and again. */
abstract class LuceneFilesKit {
  static final int DIMENSION = 8;
  static final int BASE = 1000;
  static final String SCOPE = "life";

  @TempDir Path directory;
  final Random random = new Random(11);
  final List<Node> nodes = new ArrayList<>();
  TestDatabase tests;
  CandidateKit kit;
  int generation;
  VectorFeed feed;

  @BeforeEach
  void fill() {
    tests = TestDatabase.fresh();
    kit = new CandidateKit(tests);
    generation = kit.generation(DIMENSION);
    add(BASE);
  }

  @AfterEach
  void drop() {
    tests.close();
  }

  LuceneIndex open() {
    return open(directory);
  }

  LuceneIndex open(Path place) {
    feed = new VectorFeed(kit.database);
    return new LuceneIndex(feed, Settings.of(Map.of()), place, Duration.ofSeconds(2));
  }

  /** Open and built. */
  LuceneIndex opened() {
    LuceneIndex index = open();
    awaitReady(index);
    return index;
  }

  void awaitReady(LuceneIndex index) {
    CandidateKit.until(() -> {
      index.nearest(query(1));
      return index.status().ready();
    });
  }

  boolean answersAreExact(LuceneIndex index) {
    index.touch();
    for (int i = 0; i < 5; i++) {
      CandidateQuery query = query(20);
      assertThat(CandidateKit.ids(index.nearest(query)))
          .isEqualTo(CandidateKit.truth(nodes, query));
    }
    return true;
  }

  CandidateQuery query(int k) {
    return CandidateKit.query(
        generation, SCOPE, Viewer.NOBODY, k, CandidateKit.gaussian(DIMENSION, random));
  }

  void add(int count) {
    List<Node> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      added.add(CandidateKit.node(SCOPE, CandidateKit.gaussian(DIMENSION, random)));
    }
    kit.write(generation, added);
    nodes.addAll(added);
  }
}
