package io.perdura.batch;

import io.perdura.kernel.Settings;
import io.perdura.outbox.OutboxSettings;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps one execution of the drain alive on this server: starts it, and starts the next one when it
 * was renewed or died. One that was stopped stays stopped, with the server or by an operator, until
 * the server starts again.
 */
@ApplicationScoped
public class DrainSupervisor {
  private static final Logger LOG = Logger.getLogger(DrainSupervisor.class.getName());

  /** From the start of an execution until its partitions must have shown themselves. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);

  /** From the end of its partitions until an execution must have written that it ended. */
  private static final Duration END_PATIENCE = Duration.ofSeconds(10);

  private final Settings settings;
  private final JobStarter starter;
  private final JobRepository repository;
  private final DrainPulse pulse;
  private long execution;
  private long startedNanos;
  private long seenNanos;
  private boolean begun;
  private boolean stopped;
  private boolean failing;

  /** For the container's proxy. */
  protected DrainSupervisor() {
    this(null, null, null, null);
  }

  @Inject
  DrainSupervisor(
      Settings settings, JobStarter starter, JobRepository repository, DrainPulse pulse) {
    this.settings = settings;
    this.starter = starter;
    this.repository = repository;
    this.pulse = pulse;
  }

  /** Looks once; called every second by one thread. Never throws. */
  public synchronized void look() {
    if (stopped || isAlive()) {
      return;
    }
    try {
      if (execution != 0) {
        bury();
      }
      if (!stopped) {
        start();
      }
      failing = false;
    } catch (BatchRuntimeException | IllegalStateException e) {
      if (!failing) {
        LOG.log(Level.WARNING, "the outbox is not being drained; trying every second", e);
      }
      failing = true;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.log(
            Level.WARNING,
            "the outbox is not being drained; trying every second: {0}",
            e.getMessage());
      }
      failing = true;
    }
  }

  /** The running, or last, execution; 0 before the first. */
  public synchronized long execution() {
    return execution;
  }

  private boolean isAlive() {
    if (execution == 0) {
      return false;
    }
    long now = System.nanoTime();
    if (pulse.isAlive()) {
      begun = true;
      seenNanos = now;
      return true;
    }
    boolean inTime =
        begun
            ? now - seenNanos < END_PATIENCE.toNanos()
            : now - startedNanos < START_PATIENCE.toNanos();
    return inTime && isRunning();
  }

  private boolean isRunning() {
    BatchStatus status = status();
    return status == BatchStatus.STARTING
        || status == BatchStatus.STARTED
        || status == BatchStatus.STOPPING;
  }

  private BatchStatus status() {
    return Operators.operator().getJobExecution(execution).getBatchStatus();
  }

  /** Finds out how the execution ended; one that could not write it down is marked as failed. */
  private void bury() {
    BatchStatus status = status();
    if (status == BatchStatus.STOPPED || status == BatchStatus.STOPPING) {
      LOG.log(Level.INFO, "execution {0} of the drain was stopped", execution);
      stopped = true;
      return;
    }
    if (repository.fail(execution)) {
      LOG.log(
          Level.WARNING,
          "execution {0} of the drain died without a word; starting anew",
          execution);
    } else {
      LOG.log(
          Level.INFO,
          "execution {0} of the drain ended: {1}",
          new Object[] {execution, status.name()});
    }
    execution = 0;
  }

  private void start() {
    Properties parameters = new Properties();
    set(parameters, "partitions", settings.get(OutboxSettings.PERDURA_OUTBOX_PARTITIONS));
    set(parameters, "minutes", settings.get(OutboxSettings.PERDURA_OUTBOX_RENEW_MINUTES));
    set(parameters, "events", settings.get(OutboxSettings.PERDURA_OUTBOX_RENEW_EVENTS));
    pulse.clear();
    begun = false;
    execution = starter.start(JobStarter.DRAIN, parameters);
    startedNanos = System.nanoTime();
  }

  private static void set(Properties parameters, String name, int value) {
    parameters.setProperty(name, Integer.toString(value));
  }
}
