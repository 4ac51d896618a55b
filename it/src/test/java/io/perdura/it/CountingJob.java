package io.perdura.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes numbers into a table, one a page and slowly, so that a server can be killed meanwhile. */
@ApplicationScoped
public class CountingJob implements PagedWork {
  static final String NAME = "counting-test";

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
        NAME,
        "Counts slowly.",
        true,
        JobParameter.number("to", 100L, 1, 10_000, "how far"),
        JobParameter.flag("dry-run", "does the same"));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) {
    return Jsons.object().put("n", 0).put(Page.TOTAL, parameters.number("to"));
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    int n = state.get("n").asInt() + 1;
    try (Statement statement = tx.connection().createStatement()) {
      statement.execute("insert into counted values (" + n + ")");
      statement.execute("select pg_sleep(0.1)");
    }
    return new Page(state.put("n", n), 1, n == parameters.number("to"));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    return JobResult.passed(Jsons.object().put("counted", state.get("n").asInt()));
  }
}
