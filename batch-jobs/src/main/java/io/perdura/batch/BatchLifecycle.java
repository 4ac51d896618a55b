package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.jobs.JobMetrics;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.Scheduler;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import io.perdura.memory.EraseService;
import io.perdura.outbox.Announcer;
import io.perdura.outbox.Drain;
import io.perdura.outbox.OutboxSettings;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts the background work of this server and stops it: announcing in every role, jobs in the
 * roles worker and all. Nothing here needs the database to be there.
 */
@WebListener
public class BatchLifecycle implements ServletContextListener {
  private static final Logger LOG = Logger.getLogger(BatchLifecycle.class.getName());

  /** How long a stop waits for the database. */
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  @Inject private Settings settings;
  @Inject private Membership membership;
  @Inject private Announcer announcer;
  @Inject private Drain drain;
  @Inject private DrainSupervisor supervisor;
  @Inject private OrphanReaper reaper;
  @Inject private JobStarter starter;
  @Inject private JobRepository repository;
  @Inject private RunBook book;
  @Inject private RunDesk desk;
  @Inject private RunLauncher launcher;
  @Inject private JobRuns runs;
  @Inject private JobMetrics metrics;
  @Inject private Scheduler scheduler;
  @Inject private EraseService erasures;

  @Resource private ManagedScheduledExecutorService executor;
  @Resource private ManagedThreadFactory threads;

  private final StopLimit stopLimit = new StopLimit();
  private final List<Future<?>> tasks = new ArrayList<>();
  private Deque<JobRepository.Execution> left;
  private volatile boolean taken;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    stopLimit.arm();
    announcer.start(threads);
    if (!settings.get(CoreSettings.PERDURA_ROLE).equals("api")) {
      metrics.register();
      every(1, TimeUnit.SECONDS, "draining", this::drain);
      every(1, TimeUnit.SECONDS, "running jobs", this::launch);
      every(1, TimeUnit.SECONDS, "firing schedules", this::schedule);
      every(15, TimeUnit.SECONDS, "measuring the queue of runs", this::measure);
      every(
          OrphanReaper.INTERVAL_SECONDS,
          TimeUnit.SECONDS,
          "taking over from dead servers",
          this::reap);
      every(60, TimeUnit.SECONDS, "finishing erasures", erasures::resume);
      every(60, TimeUnit.MINUTES, "forgetting old jobs", this::forget);
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    stopLimit.disarm();
    tasks.forEach(task -> task.cancel(true));
    quietly("giving runs back", () -> Deadline.run(GOODBYE, desk::leave));
    quietly("giving the schedules back", () -> Deadline.run(GOODBYE, scheduler::stop));
    drain.stop();
    announcer.stop();
  }

  private void every(long delay, TimeUnit unit, String what, Runnable task) {
    long first = unit == TimeUnit.MINUTES ? 1 : delay;
    tasks.add(executor.scheduleWithFixedDelay(() -> quietly(what, task), first - 1, delay, unit));
  }

  private static void quietly(String what, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.FINE, what + " waits for the database", e);
    }
  }

  private void drain() {
    if (membership.self() != null) {
      takeUp(membership.self().id());
      supervisor.look();
    }
  }

  /**
   * Once: frees what an earlier process of this server held, and goes on with what it had begun.
   * After that this server takes jobs.
   */
  private void takeUp(String self) {
    if (taken) {
      return;
    }
    drain.start(self, threads);
    drain.releaseNode(self);
    if (left == null) {
      left = new ArrayDeque<>(repository.left(self));
    }
    // Whoever resumes what was not marked yet finds it running and refuses.
    for (; !left.isEmpty(); left.remove()) {
      if (repository.take(left.element())) {
        reaper.goOn(left.element());
      }
    }
    launcher.takeUp(self);
    starter.open();
    taken = true;
  }

  private void reap() {
    if (taken) {
      boolean waiting = reaper.look(membership.self().id());
      if (waiting) {
        launch();
      }
    }
  }

  private void launch() {
    if (taken) {
      launcher.look(membership.self().id(), executor);
    }
  }

  private void schedule() {
    if (taken) {
      scheduler.look(membership.self().id());
    }
  }

  private void measure() {
    double[] queue = runs.queue();
    metrics.queue((long) queue[0], queue[1]);
  }

  private void forget() {
    int days = settings.get(OutboxSettings.PERDURA_JOB_HISTORY_DAYS);
    long forgotten = repository.forget(days) + book.forget(days);
    LOG.log(Level.FINE, "{0} old runs and job instances were forgotten", forgotten);
  }
}
