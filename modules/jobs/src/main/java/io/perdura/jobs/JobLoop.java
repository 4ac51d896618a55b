package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import java.util.Map;

/** Runs work to its end in the calling thread, without a record of it: for tests and tools. */
public final class JobLoop {
  private JobLoop() {}

  /** Checks the parameters and does every page in a transaction of its own. */
  public static JobResult run(PagedWork work, Database database, Map<String, String> given) {
    JobParameters parameters = work.definition().check(given);
    String name = work.definition().name();
    ObjectNode state = database.transaction(name, tx -> work.begin(tx, parameters));
    boolean last = false;
    while (!last) {
      ObjectNode before = state;
      PagedWork.Page page =
          database.transaction(name, tx -> work.page(tx, parameters, before.deepCopy()));
      state = page.state();
      last = page.last();
    }
    return work.result(parameters, state);
  }

  /** Checks the parameters and does it. */
  public static JobResult run(ReportWork work, Map<String, String> given) throws Exception {
    return work.run(work.definition().check(given), JobProgress.unwatched());
  }
}
