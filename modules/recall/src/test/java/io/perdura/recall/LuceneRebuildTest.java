package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Viewer;
import io.perdura.recall.CandidateKit.Node;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Searches and writes go on, and stay right, while the index is built anew. */
class LuceneRebuildTest extends LuceneFilesKit {
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger searches = new AtomicInteger();
  private final AtomicInteger searchesWhileBuilding = new AtomicInteger();

  private final List<Node> written = new CopyOnWriteArrayList<>();

  @Test
  void noAnswerIsWrongWhileTheIndexIsBuiltAnew() throws Exception {
    try (LuceneIndex index = opened();
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> running =
          List.of(
              threads.submit(() -> searchUntilDone(index, 1)),
              threads.submit(() -> searchUntilDone(index, 2)),
              threads.submit(() -> writeUntilDone(index)));
      try {
        for (int i = 0; i < 4; i++) {
          assertThat(index.rebuild()).isGreaterThanOrEqualTo(BASE);
          TimeUnit.MILLISECONDS.sleep(100);
        }
      } finally {
        done.set(true);
      }
      for (Future<?> thread : running) {
        thread.get(30, TimeUnit.SECONDS);
      }
      assertThat(searches.get()).isPositive();
      assertThat(searchesWhileBuilding.get()).isPositive();
      index.touch();
      for (Node node : written) {
        assertThat(CandidateKit.ids(index.nearest(queryFor(node)))).isEqualTo(List.of(node.id()));
      }
    }
  }

  private void searchUntilDone(LuceneIndex index, long seed) {
    Random own = new Random(seed);
    while (!done.get()) {
      boolean building = !index.status().ready();
      CandidateQuery query =
          CandidateKit.query(
              generation, SCOPE, Viewer.NOBODY, 10, CandidateKit.gaussian(DIMENSION, own));
      assertThat(CandidateKit.ids(index.nearest(query)))
          .isEqualTo(CandidateKit.truth(nodes, query));
      searches.incrementAndGet();
      if (building) {
        searchesWhileBuilding.incrementAndGet();
      }
    }
  }

  /** Every node is found at once in a scope of its own, and no longer when it is removed. */
  private void writeUntilDone(LuceneIndex index) {
    while (!done.get()) {
      Node node = CandidateKit.node("own " + written.size(), 1, 0, 0, 0, 0, 0, 0, 0);
      Node passing = CandidateKit.node(node.scope(), 0, 1, 0, 0, 0, 0, 0, 0);
      kit.write(generation, node, passing);
      index.touch();
      assertThat(CandidateKit.ids(index.nearest(queryFor(node))))
          .isEqualTo(List.of(node.id(), passing.id()));
      kit.execute("delete from memory_nodes where id = '" + passing.id() + "'");
      index.touch();
      assertThat(CandidateKit.ids(index.nearest(queryFor(node)))).isEqualTo(List.of(node.id()));
      written.add(node);
    }
  }

  private CandidateQuery queryFor(Node node) {
    return CandidateKit.query(generation, node.scope(), Viewer.NOBODY, 5, node.vector());
  }
}
