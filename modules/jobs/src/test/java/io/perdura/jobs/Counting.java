package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes the numbers from 1 to {@code to} into the table {@code effect}, one a page. */
final class Counting implements PagedWork {
  private final String name;
  Runnable inPage = () -> {};

  Counting(String name) {
    this.name = name;
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
        name,
        "Counts.",
        true,
        JobParameter.number("to", 3L, 1, 1_000, "how far"),
        JobParameter.text("scope", null, "whose"),
        JobParameter.text("node", null, "where"),
        JobParameter.flag("dry-run", "only look"));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) {
    return Jsons.object().put("n", 0).put(Page.TOTAL, parameters.number("to"));
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    int n = state.get("n").asInt() + 1;
    try (Statement statement = tx.connection().createStatement()) {
      statement.execute("insert into effect values (" + n + ")");
    }
    inPage.run();
    return new Page(state.put("n", n), 1, n == parameters.number("to"));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    return JobResult.passed(Jsons.object().put("counted", state.get("n").asInt()));
  }
}
