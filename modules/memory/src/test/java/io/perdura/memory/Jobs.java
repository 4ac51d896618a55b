package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import java.util.HashMap;
import java.util.Map;

/** Runs jobs as a worker does, and as one does that dies again and again. */
final class Jobs {
  private Jobs() {}

  /** Names and values, in turn. */
  static Map<String, String> given(String... namesAndValues) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return given;
  }

  static JobResult run(MemoryKit kit, PagedWork work, String... given) {
    return io.perdura.jobs.JobLoop.run(work, kit.database, given(given));
  }

  static JobResult run(ReportWork work, String... given) throws Exception {
    return work.run(work.definition().check(given(given)), JobProgress.unwatched());
  }

  static JsonNode body(MemoryKit kit, PagedWork work, String... given) {
    return run(kit, work, given).body();
  }

  private static final class DeathException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Runs every page twice: the worker dies at the end of the first time, before its commit, and the
   * next one has nothing but the text of the state.
   */
  static JobResult runDying(MemoryKit kit, PagedWork work, String... given) {
    JobParameters parameters = work.definition().check(given(given));
    String state = Jsons.text(kit.database.transaction("begin", tx -> work.begin(tx, parameters)));
    boolean last = false;
    while (!last) {
      String before = state;
      try {
        kit.database.transaction(
            "page",
            tx -> {
              work.page(tx, parameters, (ObjectNode) Jsons.stored(before));
              throw new DeathException();
            });
      } catch (DeathException e) {
        // the page is lost; so is all that it did
      }
      PagedWork.Page page =
          kit.database.transaction(
              "page", tx -> work.page(tx, parameters, (ObjectNode) Jsons.stored(before)));
      state = Jsons.text(page.state());
      last = page.last();
    }
    return work.result(parameters, (ObjectNode) Jsons.stored(state));
  }
}
