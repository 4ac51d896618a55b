package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.jobs.ChangeLog;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobRuns;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunRequest;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Once;
import io.perdura.outbox.Drain;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes over from servers that are gone: puts the runs they held back into the queue, marks the
 * executions they left, and frees the events they had claimed.
 *
 * <p>A server counts as dead when its heartbeat is {@value Membership#DEAD_AFTER_SECONDS} s old in
 * {@value #LOOKS} looks in a row, a second apart, so its work goes on within ten seconds of its
 * death. After an outage of the database every heartbeat is old for a moment: no look counts until
 * the database has answered promptly for as long as a living server needs to show itself. Should a
 * server live after all, the fences keep a second run from doing harm.
 */
@ApplicationScoped
public class OrphanReaper {
  /** Seconds between two looks. */
  static final int INTERVAL_SECONDS = 1;

  static final int LOOKS = 3;

  /** A look that took longer, or came so late, says that the database or this server hung. */
  private static final Duration HITCH = Duration.ofSeconds(3);

  private static final Duration STEADY = Duration.ofSeconds(Membership.DEAD_AFTER_SECONDS);

  private static final Logger LOG = Logger.getLogger(OrphanReaper.class.getName());

  private final JobRepository repository;
  private final RunBook book;
  private final JobRuns runs;
  private final JobCatalog catalog;
  private final Drain drain;
  private final LongSupplier nanoTime;

  /** Orphaned executions and runs, and how often in a row each was seen. */
  private final Map<Object, Integer> seen = new HashMap<>();

  private long lastLook;
  private long steadySince;

  /** For the container's proxy. */
  protected OrphanReaper() {
    this(null, null, null, null, null, () -> 0);
  }

  @Inject
  OrphanReaper(
      JobRepository repository, RunBook book, JobRuns runs, JobCatalog catalog, Drain drain) {
    this(repository, book, runs, catalog, drain, System::nanoTime);
  }

  /** With a clock of its own, in nanoseconds, for tests. */
  OrphanReaper(
      JobRepository repository,
      RunBook book,
      JobRuns runs,
      JobCatalog catalog,
      Drain drain,
      LongSupplier nanoTime) {
    this.repository = repository;
    this.book = book;
    this.runs = runs;
    this.catalog = catalog;
    this.drain = drain;
    this.nanoTime = nanoTime;
    this.steadySince = nanoTime.getAsLong();
    this.lastLook = steadySince;
  }

  /**
   * Looks once; called every {@value #INTERVAL_SECONDS} s by one thread.
   *
   * @return true when a run waits for a taker now
   */
  public synchronized boolean look(String self) {
    List<JobRepository.Execution> executions;
    List<RunBook.Held> held;
    try {
      executions = repository.orphans(Membership.DEAD_AFTER_SECONDS, self);
      held = book.orphans(Membership.DEAD_AFTER_SECONDS, self);
    } catch (RuntimeException e) {
      steadySince = nanoTime.getAsLong();
      throw e;
    }
    if (!isSteady()) {
      seen.clear();
      return false;
    }
    Set<Object> present = new HashSet<>(executions);
    present.addAll(held);
    seen.keySet().retainAll(present);
    Set<String> dead = new HashSet<>();
    boolean released = false;
    for (RunBook.Held run : held) {
      if (isOften(run) && book.release(run)) {
        released = true;
        LOG.log(
            Level.WARNING,
            "run {0} of {1} is without its server {2}",
            new Object[] {run.id(), run.job(), run.node()});
      }
    }
    for (JobRepository.Execution orphan : executions) {
      if (isOften(orphan) && repository.take(orphan)) {
        LOG.log(
            Level.WARNING,
            "execution {0} of job {1} is without its server {2}",
            new Object[] {Long.toString(orphan.id()), orphan.job(), orphan.node()});
        dead.add(orphan.node());
        goOn(orphan);
      }
    }
    dead.forEach(drain::releaseNode);
    return released;
  }

  private boolean isOften(Object orphan) {
    return seen.merge(orphan, 1, Integer::sum) >= LOOKS;
  }

  /** True when the database has answered promptly for a while. */
  private boolean isSteady() {
    long now = nanoTime.getAsLong();
    if (now - lastLook > HITCH.toNanos()) {
      steadySince = now;
    }
    lastLook = now;
    return now - steadySince >= STEADY.toNanos();
  }

  /**
   * Goes on with an execution that a server of the release before left and that was taken: asks for
   * a run with its parameters, for that release knew no runs.
   */
  void goOn(JobRepository.Execution execution) {
    if (catalog.find(execution.job()).isEmpty()) {
      return;
    }
    try {
      runs.request(
          new RunRequest(execution.job(), parameters(execution), "its server went away"),
          new JobRuns.Requester("takeover of execution " + execution.id(), ChangeLog.NONE),
          Once.UNKEYED);
      repository.giveUp(execution.id());
    } catch (ApiException e) {
      LOG.log(
          Level.WARNING,
          "execution {0} of job {1} does not go on: {2}",
          new Object[] {Long.toString(execution.id()), execution.job(), e.getMessage()});
      if (e.status() < 500) {
        repository.giveUp(execution.id());
      }
    } catch (BatchRuntimeException e) {
      LOG.log(Level.WARNING, "execution " + execution.id() + " does not go on yet", e);
    }
  }

  private static Map<String, String> parameters(JobRepository.Execution execution) {
    Properties given = Operators.operator().getParameters(execution.id());
    Map<String, String> parameters = new TreeMap<>();
    for (String name : given.stringPropertyNames()) {
      if (!name.startsWith(JobRepository.OURS)) {
        parameters.put(name, given.getProperty(name));
      }
    }
    return parameters;
  }
}
