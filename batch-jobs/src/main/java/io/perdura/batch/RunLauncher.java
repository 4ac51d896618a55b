package io.perdura.batch;

import io.perdura.jobs.JobsSettings;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.kernel.Settings;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes runs from the queue and has the batch runtime execute them; passes wishes to stop on; and
 * notices runs whose execution is gone.
 */
@ApplicationScoped
public class RunLauncher {
  private static final Logger LOG = Logger.getLogger(RunLauncher.class.getName());

  /** Looks in a row at which something must be wrong before it counts. */
  private static final int LOOKS = 3;

  /** From the start of an execution until the batch runtime must know about it. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);

  private static final EnumSet<BatchStatus> RUNNING =
      EnumSet.of(BatchStatus.STARTING, BatchStatus.STARTED, BatchStatus.STOPPING);

  private final RunBook book;
  private final RunDesk desk;
  private final JobRepository repository;
  private final int slots;
  private final Map<UUID, Integer> strange = new HashMap<>();

  /** For the container's proxy. */
  protected RunLauncher() {
    this.book = null;
    this.desk = null;
    this.repository = null;
    this.slots = 0;
  }

  @Inject
  RunLauncher(RunBook book, RunDesk desk, JobRepository repository, Settings settings) {
    this.book = book;
    this.desk = desk;
    this.repository = repository;
    this.slots = settings.get(JobsSettings.PERDURA_JOB_SLOTS);
  }

  /** Gives back what an earlier process of this server held: nobody works on it any more. */
  public void takeUp(String self) {
    for (RunBook.Held run : book.heldBy(self)) {
      if (book.release(run)) {
        LOG.log(Level.INFO, "run {0} of {1} goes on", new Object[] {run.id(), run.job()});
      }
    }
  }

  /**
   * Looks once; called every second by one thread.
   *
   * @param starters start what was claimed, side by side: a start takes the batch runtime a third
   *     of a second, and a dead server may leave many runs
   */
  public synchronized void look(String self, Executor starters) {
    desk.settleAll();
    compare(book.heldBy(self));
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    while (desk.size() < slots && !desk.isLeaving()) {
      Optional<RunHandle> run = book.claim(self);
      if (run.isEmpty()) {
        break;
      }
      desk.put(run.get());
      starts.add(CompletableFuture.runAsync(() -> launch(run.get()), starters));
    }
    CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
  }

  /** What this server believes to hold, beside what the database says. */
  private void compare(List<RunBook.Held> held) {
    Map<UUID, RunBook.Held> byId = new HashMap<>();
    held.forEach(run -> byId.put(run.id(), run));
    Set<UUID> odd = new HashSet<>();
    for (RunDesk.Entry entry : desk.entries()) {
      RunBook.Held stored = byId.remove(entry.run.id());
      if (entry.outcome != null) {
        continue;
      }
      if (stored == null || stored.fence() != entry.run.fence()) {
        entry.run.lose();
        stop(entry);
      } else if (stored.stop() && !entry.run.isStopping()) {
        entry.run.stop();
        stop(entry);
      }
      if (isGone(entry)) {
        odd.add(entry.run.id());
        if (isOften(entry.run.id())) {
          desk.end(entry.run, RunDesk.Outcome.GIVEN_BACK);
        }
      }
    }
    for (RunBook.Held forgotten : byId.values()) {
      odd.add(forgotten.id());
      if (isOften(forgotten.id())) {
        book.release(forgotten);
      }
    }
    strange.keySet().retainAll(odd);
  }

  private boolean isOften(UUID run) {
    return strange.merge(run, 1, Integer::sum) >= LOOKS;
  }

  /** True when no execution does the run, though one should. */
  private static boolean isGone(RunDesk.Entry entry) {
    if (System.nanoTime() - entry.since < START_PATIENCE.toNanos()) {
      return false;
    }
    if (entry.execution == 0) {
      return true;
    }
    try {
      JobOperator operator = Operators.operator();
      return !RUNNING.contains(operator.getJobExecution(entry.execution).getBatchStatus());
    } catch (NoSuchJobExecutionException e) {
      return true;
    }
  }

  private static void stop(RunDesk.Entry entry) {
    if (entry.execution == 0) {
      return;
    }
    try {
      Operators.operator().stop(entry.execution);
    } catch (JobExecutionNotRunningException | NoSuchJobExecutionException e) {
      LOG.log(Level.FINE, "it has ended already", e);
    }
  }

  private void launch(RunHandle run) {
    Properties parameters = new Properties();
    parameters.putAll(run.parameters().values());
    parameters.setProperty(RunDesk.RUN, run.id().toString());
    parameters.setProperty(RunDesk.FENCE, Long.toString(run.fence()));
    try {
      long execution =
          run.earlierExecution() == null
              ? Operators.operator().start(run.job(), parameters)
              : again(run, parameters);
      RunDesk.Entry entry = desk.entry(run.id());
      if (entry != null) {
        entry.execution = execution;
      }
      LOG.log(
          Level.INFO,
          "run {0} of {1} is execution {2}",
          new Object[] {run.id(), run.job(), Long.toString(execution)});
    } catch (BatchRuntimeException e) {
      LOG.log(Level.WARNING, "run " + run.id() + " of " + run.job() + " does not start yet", e);
      run.trouble("the batch runtime did not start it: " + e.getMessage());
      desk.end(run, RunDesk.Outcome.GIVEN_BACK);
    }
  }

  /**
   * Goes on with the execution of the attempt before; where the batch runtime cannot, a new one
   * does as well, for the run itself knows where it stands.
   */
  private long again(RunHandle run, Properties parameters) {
    JobOperator operator = Operators.operator();
    long earlier = run.earlierExecution();
    // The fence is ours, so nobody works on it, whatever the repository still believes.
    repository.fail(earlier);
    try {
      if (operator.getJobExecution(earlier).getJobName().equals(run.job())) {
        return operator.restart(earlier, parameters);
      }
      LOG.log(Level.INFO, "execution {0} was of this job under another name", earlier);
    } catch (JobExecutionAlreadyCompleteException
        | JobExecutionIsRunningException
        | JobExecutionNotMostRecentException
        | JobRestartException
        | NoSuchJobExecutionException e) {
      LOG.log(Level.INFO, "execution {0} cannot be restarted; a new one begins", earlier);
      LOG.log(Level.FINE, "not restarted", e);
    }
    return operator.start(run.job(), parameters);
  }
}
