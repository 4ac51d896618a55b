package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.integrity.ConsistencyCheck;
import io.perdura.jobs.ChangeLog;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobMetrics;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.RunRequest;
import io.perdura.jobs.SlicedWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which slices of a run become partitions, and when they are one result. */
class SlicesTest {
  private final TestDatabase test = TestDatabase.fresh();
  private final Database database = new Database(test.dataSource());
  private final ConsistencyCheck check = ConsistencyCheck.of(database, Settings.of(Map.of()));
  private RunBook book;
  private JobRuns runs;

  @BeforeEach
  void setUp() {
    JobCatalog catalog = JobCatalog.of(check);
    book = new RunBook(database, catalog, Clock.systemUTC(), JobMetrics.none());
    runs = new JobRuns(database, catalog);
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void workInOnePieceIsOnePartition() {
    RunHandle run = claimed(Map.of());

    assertThat(SliceMapper.slices(run, book)).containsExactly(SliceMapper.WHOLE);
    assertThat(run.state()).isNull();
  }

  @Test
  void anAttemptGetsThePartitionsThatTheOneBeforeLeft() {
    RunHandle first = claimed(Map.of("batches", "4"));
    assertThat(SliceMapper.slices(first, book)).containsExactly("0", "1", "2", "3");
    keep(first, 0);
    keep(first, 3);
    assertThat(SliceReducer.result(first, book)).isEmpty();
    assertThat(book.giveBack(first, false)).isTrue();

    RunHandle second = book.claim("there").orElseThrow();

    assertThat(SliceMapper.slices(second, book)).containsExactly("1", "2");
    keep(second, 1);
    assertThat(SliceReducer.result(second, book)).isEmpty();
    keep(second, 2);
    JobResult result = SliceReducer.result(second, book).orElseThrow();
    assertThat(result.verdict()).as("there is nothing in it").isEqualTo(JobResult.Verdict.SKIPPED);
    assertThat(result.body().path("batch").path("slices").asInt()).isEqualTo(4);
    assertThat(result.body().path("summary").path("errors").asInt()).isZero();
  }

  @Test
  void anAttemptThatFindsAllSlicesDoneOnlyJoinsThem() {
    RunHandle first = claimed(Map.of("batches", "2"));
    assertThat(SliceMapper.slices(first, book)).hasSize(2);
    keep(first, 0);
    keep(first, 1);
    assertThat(book.giveBack(first, false)).isTrue();

    RunHandle second = book.claim("there").orElseThrow();

    assertThat(SliceMapper.slices(second, book)).containsExactly(SliceMapper.NONE);
    assertThat(SliceReducer.result(second, book)).isPresent();
  }

  private RunHandle claimed(Map<String, String> parameters) {
    runs.request(
        new RunRequest("consistency-check", parameters, null),
        new JobRuns.Requester("somebody", ChangeLog.NONE),
        Once.UNKEYED);
    return book.claim("here").orElseThrow();
  }

  private void keep(RunHandle run, int slice) {
    ObjectNode plan = new SlicedWork.State(run.state()).plan();
    book.keep(run, slice, check.slice(run.parameters(), plan, slice, JobProgress.unwatched()));
  }
}
