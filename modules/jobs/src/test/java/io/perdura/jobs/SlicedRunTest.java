package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run keeps of its slices. */
class SlicedRunTest {
  private final TestDatabase test = TestDatabase.fresh();
  private final Sides sides = new Sides();
  private final JobCatalog catalog = JobCatalog.of(sides);
  private RunBook book;
  private JobRuns runs;

  @BeforeEach
  void setUp() {
    Database database = new Database(test.dataSource());
    book = new RunBook(database, catalog, Clock.systemUTC(), JobMetrics.none());
    runs = new JobRuns(database, catalog);
    runs.request(
        new RunRequest("sides", Map.of("slices", "4"), null),
        new JobRuns.Requester("somebody", ChangeLog.NONE),
        Once.UNKEYED);
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void slicesThatEndAtTheSameTimeAreAllKept() throws Exception {
    RunHandle run = planned("here");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> kept = new ArrayList<>();
      for (int i = 3; i >= 0; i--) {
        int slice = i;
        kept.add(threads.submit(() -> book.keep(run, slice, found(slice))));
      }
      for (Future<?> one : kept) {
        one.get();
      }
    }

    SlicedWork.State state = book.slices(run);

    assertThat(state.missing()).isEmpty();
    assertThat(state.found())
        .extracting(slice -> slice.path("saw").asInt())
        .containsExactly(0, 1, 2, 3);
    assertThat(progress(run).path("items").asInt()).isEqualTo(4);
    assertThat(progress(run).path("total").asInt()).isEqualTo(4);
  }

  @Test
  void anotherWorkerFindsWhatIsDoneAndOnlyThat() {
    RunHandle first = planned("here");
    book.keep(first, 2, found(2));
    assertThat(book.release(book.heldBy("here").getFirst())).isTrue();

    RunHandle second = book.claim("there").orElseThrow();

    SlicedWork.State state = new SlicedWork.State(second.state());
    assertThat(state.plan().path("from").asInt()).isEqualTo(100);
    assertThat(state.missing()).containsExactly(0, 1, 3);
    assertThatThrownBy(state::found)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[0, 1, 3]");
  }

  @Test
  void aSliceThatIsKeptTwiceCountsOnce() {
    RunHandle run = planned("here");
    book.keep(run, 1, found(1));
    book.keep(run, 1, found(1));

    assertThat(book.slices(run).missing()).containsExactly(0, 2, 3);
    assertThat(progress(run).path("items").asInt()).isEqualTo(1);
  }

  @Test
  void aSliceOfAWorkerThatLostItsRunIsNotKept() {
    RunHandle slow = planned("here");
    assertThat(book.release(book.heldBy("here").getFirst())).isTrue();

    assertThatThrownBy(() -> book.keep(slow, 0, found(0))).isInstanceOf(RunLostException.class);
    assertThatThrownBy(() -> book.slices(slow)).isInstanceOf(RunLostException.class);

    RunHandle next = book.claim("there").orElseThrow();
    assertThat(new SlicedWork.State(next.state()).missing()).hasSize(4);
  }

  @Test
  void aServerThatDiesAfterASliceIsNotABarrenAttempt() {
    RunHandle run = planned("here");
    for (int i = 0; i < 2 * RunBook.BARREN_ATTEMPTS; i++) {
      book.keep(run, i % 4, found(i % 4));
      assertThat(book.release(book.heldBy("here").getFirst())).isTrue();
      run = book.claim("here").orElseThrow();
    }
    assertThat(run.state()).isNotNull();
  }

  @Test
  void withoutABatchRuntimeTheSlicesAreDoneOneAfterAnother() throws Exception {
    assertThat(JobLoop.run(sides, Map.of("slices", "3")).body().path("seen").asText())
        .isEqualTo("100,101,102");
    assertThat(sides.done).containsExactly(0, 1, 2);
    assertThat(JobLoop.run(sides, Map.of("slices", "1")).body().path("seen").asText())
        .isEqualTo("whole");
  }

  private RunHandle planned(String node) {
    RunHandle run = book.claim(node).orElseThrow();
    book.planned(run, sides.plan(run.parameters()).orElseThrow());
    return run;
  }

  private static ObjectNode found(int slice) {
    return Jsons.object().put("saw", slice);
  }

  private JsonNode progress(RunHandle run) {
    return runs.get(run.id().toString()).at("/run/progress");
  }
}
