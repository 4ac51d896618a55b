package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Settings;
import io.perdura.outbox.Drain;
import io.perdura.outbox.OutboxSettings;
import jakarta.annotation.Resource;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.EnumSet;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps one execution of the drain running on a server whose role has jobs: starts it, starts the next when one was renewed or failed,
 * and stops it with the server.
 */
@WebListener
public class DrainSupervisor implements ServletContextListener {
  private static final Logger LOG = Logger.getLogger(DrainSupervisor.class.getName());
  private static final String JOB = "outbox-drain";
  private static final EnumSet<BatchStatus> RUNNING =
      EnumSet.of(BatchStatus.STARTING, BatchStatus.STARTED, BatchStatus.STOPPING);

  @Inject private Settings settings;
  @Inject private Drain drain;
  @Inject private Membership membership;
  @Inject private JobHistory history;

  @Resource private ManagedScheduledExecutorService executor;
  @Resource private ManagedThreadFactory threads;

  private Future<?> watch;
  private Future<?> purge;
  private long execution;
  private boolean begun;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    if (!settings.get(CoreSettings.PERDURA_ROLE).equals("api")) {
      watch = executor.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.SECONDS);
      purge = executor.scheduleWithFixedDelay(history::purge, 5, 60, TimeUnit.MINUTES);
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    if (watch != null) {
      watch.cancel(true);
      purge.cancel(true);
      stop();
      drain.stop();
    }
  }

  private synchronized void look() {
    try {
      if (membership.self() == null) {
        return;
      }
      if (!begun) {
        drain.start(membership.self().id(), threads);
        begun = true;
      }
      JobOperator operator = BatchRuntime.getJobOperator();
      if (execution == 0 || !RUNNING.contains(operator.getJobExecution(execution).getBatchStatus())) {
        Properties parameters = new Properties();
        parameters.setProperty("partitions", Integer.toString(settings.get(OutboxSettings.PERDURA_OUTBOX_PARTITIONS)));
        execution = operator.start(JOB, parameters);
        LOG.log(Level.INFO, "draining the outbox in job execution {0}", execution);
      }
    } catch (BatchRuntimeException e) {
      LOG.log(Level.WARNING, "the drain is not running; next try in a second: {0}", String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the drain is not running; next try in a second", e);
    }
  }

  private synchronized void stop() {
    if (execution == 0) {
      return;
    }
    try {
      BatchRuntime.getJobOperator().stop(execution);
    } catch (BatchRuntimeException e) {
      LOG.log(Level.FINE, "the drain had ended already", e);
    }
  }
}
