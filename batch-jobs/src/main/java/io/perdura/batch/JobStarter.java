package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.control.Membership;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.Metric;
import jakarta.batch.runtime.StepExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Date;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts, shows, resumes and stops jobs on this server, for operators and for the supervisor. */
@ApplicationScoped
public class JobStarter {
  private static final Logger LOG = Logger.getLogger(JobStarter.class.getName());
  private static final EnumSet<BatchStatus> RUNNING =
      EnumSet.of(BatchStatus.STARTING, BatchStatus.STARTED, BatchStatus.STOPPING);

  private final JobRepository repository;
  private final Membership membership;
  private volatile boolean open;

  /** For the container's proxy. */
  protected JobStarter() {
    this(null, null);
  }

  @Inject
  JobStarter(JobRepository repository, Membership membership) {
    this.repository = repository;
    this.membership = membership;
  }

  /** From now on this server takes jobs: whatever its earlier process left has been dealt with. */
  void open() {
    open = true;
  }

  /**
   * Starts a job.
   *
   * @param given parameters by name, each as text
   * @return number of the execution
   * @throws ApiException 404 {@code unknown_job}, 400 {@code invalid_parameters} (all faults), 409
   *     {@code already_running}, 503 {@code not_ready} while the server has not joined its cluster
   */
  public long start(String name, Map<String, String> given) {
    JobDefinition job =
        JobDefinition.named(name)
            .orElseThrow(() -> new ApiException(404, "unknown_job", "there is no job " + name));
    Properties parameters;
    try {
      parameters = job.check(given);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "invalid_parameters", e.getMessage());
    }
    if (repository.isRunning(name, parameters.getProperty("scope"))) {
      throw new ApiException(409, "already_running", name + " is running already");
    }
    return startChecked(name, parameters);
  }

  long startChecked(String name, Properties parameters) {
    parameters.setProperty(JobRepository.NODE, self());
    long execution = BatchRuntime.getJobOperator().start(name, parameters);
    LOG.log(Level.INFO, "job {0} started as execution {1}", new Object[] {name, execution});
    return execution;
  }

  /** Goes on with an execution that ended without being complete, from its checkpoint. */
  long resume(long execution) {
    JobOperator operator = BatchRuntime.getJobOperator();
    Properties parameters = new Properties();
    parameters.putAll(operator.getParameters(execution));
    parameters.setProperty(JobRepository.NODE, member());
    long resumed = operator.restart(execution, parameters);
    LOG.log(
        Level.INFO,
        "job execution {0} goes on as execution {1}",
        new Object[] {execution, resumed});
    return resumed;
  }

  /**
   * Asks an execution to stop after its current chunk, and to stay stopped.
   *
   * @throws ApiException 404 {@code unknown_execution}, 409 {@code not_running} when it has ended
   *     or runs on another server
   */
  public void stop(long execution) {
    JobOperator operator = BatchRuntime.getJobOperator();
    find(operator, execution);
    try {
      operator.stop(execution);
      repository.stayStopped(execution);
    } catch (BatchRuntimeException e) {
      LOG.log(Level.FINE, "not stopped", e);
      throw new ApiException(
          409, "not_running", "execution " + execution + " is not running on this server");
    }
  }

  /** Describes the execution: status, counts and reports of its steps. */
  public ObjectNode describe(long execution) {
    JobOperator operator = BatchRuntime.getJobOperator();
    JobExecution found = find(operator, execution);
    ObjectNode body =
        Jsons.object()
            .put("execution_id", execution)
            .put("job", found.getJobName())
            .put("status", found.getBatchStatus().name())
            .put("running", RUNNING.contains(found.getBatchStatus()))
            .put("exit_status", found.getExitStatus())
            .put("created_at", time(found.getCreateTime()))
            .put("ended_at", time(found.getEndTime()));
    ArrayNode steps = body.putArray("steps");
    for (StepExecution step : operator.getStepExecutions(execution)) {
      ObjectNode entry =
          steps
              .addObject()
              .put("step", step.getStepName())
              .put("status", step.getBatchStatus().name());
      for (Metric metric : step.getMetrics()) {
        entry.put(metric.getType().name().toLowerCase(Locale.ROOT), metric.getValue());
      }
      if (step.getPersistentUserData() instanceof String report) {
        entry.set("report", Jsons.stored(report));
      }
    }
    return body;
  }

  /** Describes the jobs that may be started. */
  public ObjectNode catalog() {
    ObjectNode body = Jsons.object().put("node", member());
    ArrayNode jobs = body.putArray("jobs");
    for (JobDefinition job : JobDefinition.ALL) {
      ObjectNode entry = jobs.addObject().put("name", job.name()).put("purpose", job.purpose());
      ArrayNode parameters = entry.putArray("parameters");
      for (JobParameter parameter : job.parameters()) {
        parameters
            .addObject()
            .put("name", parameter.name())
            .put("type", parameter.kind().name().toLowerCase(Locale.ROOT))
            .put("default", parameter.fallback());
      }
    }
    return body;
  }

  private String self() {
    String member = member();
    if (!open) {
      throw new ApiException(
          503, "not_ready", "this server takes no jobs yet, or is an api server", null, 1);
    }
    return member;
  }

  private String member() {
    if (membership.self() == null) {
      throw new ApiException(503, "not_ready", "this server has not joined its cluster", null, 1);
    }
    return membership.self().id();
  }

  private static JobExecution find(JobOperator operator, long execution) {
    try {
      return operator.getJobExecution(execution);
    } catch (NoSuchJobExecutionException e) {
      LOG.log(Level.FINE, "asked for an unknown execution", e);
      throw new ApiException(404, "unknown_execution", "there is no execution " + execution);
    }
  }

  private static String time(Date date) {
    return date == null ? null : Timestamps.iso(date.toInstant());
  }
}
