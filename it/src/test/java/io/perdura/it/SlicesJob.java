package io.perdura.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.SlicedWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Looks slowly, in slices, and leaves a trace of each, so that a server can be killed meanwhile.
 */
@ApplicationScoped
public class SlicesJob implements SlicedWork {
  static final String NAME = "slices-test";

  @Inject private Database database;

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
        NAME, "Looks slowly.", false, JobParameter.number("slices", 8L, 1, 100, "how many"));
  }

  @Override
  public int sideBySide(JobParameters parameters) {
    return 2;
  }

  @Override
  public Optional<ObjectNode> plan(JobParameters parameters) {
    return Optional.of(Jsons.object().put(SLICES, parameters.number("slices")));
  }

  @Override
  public JobResult whole(JobParameters parameters, JobProgress progress) {
    throw new IllegalStateException("it has a plan");
  }

  @Override
  public ObjectNode slice(
      JobParameters parameters, ObjectNode plan, int index, JobProgress progress) {
    leave("insert into sliced values (" + index + ", false)");
    leave("select pg_sleep(1)");
    leave("insert into sliced values (" + index + ", true)");
    return Jsons.object().put("n", index);
  }

  private void leave(String sql) {
    database.statement(
        "leave a trace",
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  @Override
  public JobResult join(JobParameters parameters, ObjectNode plan, List<ObjectNode> found) {
    ObjectNode body = Jsons.object();
    found.forEach(slice -> body.withArray("seen").add(slice.path("n").intValue()));
    return JobResult.judged(false, body);
  }
}
