package io.perdura.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Properties;

/**
 * A job of one piece that ends in a report. The report is kept as the step's persistent data, with
 * {@code schema_version, started_at, finished_at} added; a failure is the execution's.
 */
abstract class ReportingBatchlet extends AbstractBatchlet {
  /** Exit status of a job that did what it was asked. */
  static final String PASSED = "PASSED";

  @Inject private Apart apart;
  @Inject private JobContext job;
  @Inject private StepContext step;
  @Inject private Clock clock;

  /** Does the work, outside the container's transaction, and reports on it. */
  abstract ObjectNode report() throws Exception;

  /** The execution's parameters, checked and complete. */
  final Properties parameters() {
    Properties given = BatchRuntime.getJobOperator().getParameters(job.getExecutionId());
    return JobDefinition.named(job.getJobName()).orElseThrow().check(given);
  }

  @Override
  public String process() throws Exception {
    String started = Timestamps.iso(clock.instant());
    ObjectNode report = apart.call(this::report);
    report.put("schema_version", 1).put("started_at", started);
    report.put("finished_at", Timestamps.iso(clock.instant()));
    step.setPersistentUserData(Jsons.text((JsonNode) report));
    return PASSED;
  }
}
