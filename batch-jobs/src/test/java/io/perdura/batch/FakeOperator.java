package io.perdura.batch;

import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import jakarta.batch.runtime.StepExecution;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A batch runtime that runs nothing and remembers what it was asked. Found as the real one is, and
 * made anew for each look-up: what it knows is static, and {@link #reset} forgets it.
 */
public final class FakeOperator implements JobOperator {
  static final Map<Long, Fake> EXECUTIONS = new TreeMap<>();

  /** Thrown by each start, while set. */
  static Supplier<RuntimeException> outage;

  /** Thrown by each restart, while set. */
  static Supplier<RuntimeException> restartRefusal;

  /** An execution. */
  static final class Fake implements JobExecution {
    final long id;
    final String job;
    final Properties parameters;
    final Long restartOf;
    BatchStatus status = BatchStatus.STARTED;

    Fake(String job, Properties parameters, Long restartOf) {
      this.id = EXECUTIONS.size() + 1L;
      this.job = job;
      this.parameters = parameters;
      this.restartOf = restartOf;
      EXECUTIONS.put(id, this);
    }

    @Override
    public long getExecutionId() {
      return id;
    }

    @Override
    public String getJobName() {
      return job;
    }

    @Override
    public BatchStatus getBatchStatus() {
      return status;
    }

    @Override
    public String getExitStatus() {
      return status.name();
    }

    @Override
    public Properties getJobParameters() {
      return parameters;
    }

    @Override
    public Date getCreateTime() {
      return Date.from(Instant.EPOCH);
    }

    @Override
    public Date getStartTime() {
      return Date.from(Instant.EPOCH);
    }

    @Override
    public Date getEndTime() {
      return null;
    }

    @Override
    public Date getLastUpdatedTime() {
      return Date.from(Instant.EPOCH);
    }
  }

  static void reset() {
    EXECUTIONS.clear();
    outage = null;
    restartRefusal = null;
  }

  static Fake last() {
    return EXECUTIONS.get((long) EXECUTIONS.size());
  }

  @Override
  public long start(String job, Properties parameters) {
    if (outage != null) {
      throw outage.get();
    }
    return new Fake(job, copy(parameters), null).id;
  }

  @Override
  public long restart(long execution, Properties parameters) {
    if (restartRefusal != null) {
      throw restartRefusal.get();
    }
    return new Fake("restarted", copy(parameters), execution).id;
  }

  private static Properties copy(Properties parameters) {
    Properties copy = new Properties();
    copy.putAll(parameters);
    return copy;
  }

  @Override
  public void stop(long execution) {
    Fake fake = find(execution);
    if (fake.status != BatchStatus.STARTED) {
      throw new JobExecutionNotRunningException();
    }
    fake.status = BatchStatus.STOPPING;
  }

  @Override
  public JobExecution getJobExecution(long execution) {
    return find(execution);
  }

  private static Fake find(long execution) {
    Fake fake = EXECUTIONS.get(execution);
    if (fake == null) {
      throw new NoSuchJobExecutionException();
    }
    return fake;
  }

  /** As the real one: of an execution that an earlier server ran, too. */
  @Override
  public Properties getParameters(long execution) {
    if (EXECUTIONS.containsKey(execution)) {
      return copy(EXECUTIONS.get(execution).parameters);
    }
    Properties parameters = new Properties();
    parameters.setProperty("page", "7");
    parameters.setProperty(JobRepository.NODE, "the server before");
    return parameters;
  }

  @Override
  public List<StepExecution> getStepExecutions(long execution) {
    return new ArrayList<>();
  }

  @Override
  public Set<String> getJobNames() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getJobInstanceCount(String job) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JobInstance> getJobInstances(String job, int start, int count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Long> getRunningExecutions(String job) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void abandon(long execution) {
    throw new UnsupportedOperationException();
  }

  @Override
  public JobInstance getJobInstance(long execution) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JobExecution> getJobExecutions(JobInstance instance) {
    throw new UnsupportedOperationException();
  }
}
