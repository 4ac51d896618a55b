package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobProgress;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Once;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/** An erasure to its end, for jobs: in steps, between which it can be stopped. */
final class WholeErasure {
  private static final Duration STEP = Duration.ofSeconds(8);

  private final EraseService erasures;

  WholeErasure(EraseService erasures) {
    this.erasures = erasures;
  }

  /**
   * Erases until nothing is left; whoever is stopped, or dies, goes on with the same request.
   *
   * @param removed hears how many rows are gone so far
   * @return the last answer, with its residue
   * @throws CancellationException when it is to stop
   */
  JsonNode run(EraseRequest request, JobProgress progress, LongConsumer removed) {
    while (true) {
      if (progress.isStopping()) {
        throw new CancellationException("stopped; the next run goes on");
      }
      JsonNode answer = step(request);
      long rows = 0;
      for (JsonNode count : answer.get("removed")) {
        rows += count.longValue();
      }
      removed.accept(rows);
      if (answer.get("complete").booleanValue()) {
        return answer;
      }
    }
  }

  private JsonNode step(EraseRequest request) {
    Deadline.Scope step = Deadline.start(STEP);
    try {
      return erasures.erase(request, Once.UNKEYED).body();
    } finally {
      step.close();
    }
  }
}
