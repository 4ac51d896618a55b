package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.jobs.JobCatalog;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.kernel.ApiException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The runs that this server works on: the artifacts of an execution find theirs here, and what
 * became of it is written down from here.
 */
@ApplicationScoped
public class RunDesk {
  /** Job parameter: the run that an execution does. */
  static final String RUN = JobRepository.OURS + "run";

  /** Job parameter: the fence it was taken with. */
  static final String FENCE = JobRepository.OURS + "fence";

  private static final Logger LOG = Logger.getLogger(RunDesk.class.getName());

  /** A server that stops is gone by then. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  private final RunBook book;
  private final JobCatalog catalog;
  private final Membership membership;
  private final Map<UUID, Entry> entries = new ConcurrentHashMap<>();
  private final Map<Long, RunHandle> executions = new ConcurrentHashMap<>();
  private volatile boolean leaving;

  /** For the container's proxy. */
  protected RunDesk() {
    this(null, null, null);
  }

  @Inject
  RunDesk(RunBook book, JobCatalog catalog, Membership membership) {
    this.book = book;
    this.catalog = catalog;
    this.membership = membership;
  }

  /** How a run ends as far as this server is concerned. */
  enum Outcome {
    SUCCEEDED,
    FAILED,
    STOPPED,
    GIVEN_BACK,
    /** Its execution was stopped, and not by us: with the server, or by an operator's own tool. */
    LEFT
  }

  /** A run of this server, and how it ended once it has. */
  static final class Entry {
    final RunHandle run;
    final long since = System.nanoTime();
    volatile Outcome outcome;
    volatile long endedNanos;

    /** The batch runtime's number of it; 0 while there is none. */
    volatile long execution;

    Entry(RunHandle run) {
      this.run = run;
    }
  }

  /** Puts a run that was claimed on the desk. */
  void put(RunHandle run) {
    entries.put(run.id(), new Entry(run));
  }

  List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** How many runs this server works on. */
  int size() {
    return entries.size();
  }

  /** The entry of a run; null when this server does not work on it. */
  Entry entry(UUID run) {
    return entries.get(run);
  }

  /**
   * An execution begins: finds its run, or makes one for an execution that was not started by us.
   *
   * @throws ApiException 400 {@code invalid_parameters} when nobody has checked them yet, 503
   *     {@code not_ready}
   */
  RunHandle begin(JobContext job) {
    long execution = job.getExecutionId();
    Properties given = Operators.operator().getParameters(execution);
    RunHandle run = claimed(given);
    if (run == null) {
      run = book.adopt(job.getJobName(), checked(job, given), job.getInstanceId(), self());
      put(run);
      LOG.log(
          Level.INFO,
          "execution {0} of {1} was started outside: run {2}",
          new Object[] {Long.toString(execution), job.getJobName(), run.id()});
    }
    executions.put(execution, run);
    entries.get(run.id()).execution = execution;
    if (!book.executing(run, job.getInstanceId(), execution)) {
      run.lose();
    }
    return run;
  }

  /** The run that was claimed for this very execution; null for any other. */
  private RunHandle claimed(Properties given) {
    String id = given.getProperty(RUN);
    Entry entry = id == null ? null : entries.get(UUID.fromString(id));
    boolean current =
        entry != null
            && entry.outcome == null
            && Long.toString(entry.run.fence()).equals(given.getProperty(FENCE));
    return current ? entry.run : null;
  }

  private JobParameters checked(JobContext job, Properties given) {
    Map<String, String> named = new TreeMap<>();
    for (String name : given.stringPropertyNames()) {
      if (!name.startsWith(JobRepository.OURS)) {
        named.put(name, given.getProperty(name));
      }
    }
    try {
      return catalog.require(job.getJobName()).definition().check(named);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "invalid_parameters", e.getMessage());
    }
  }

  /**
   * The run that an execution does.
   *
   * @throws IllegalStateException when its JSL does not name the listener that begins it
   */
  public RunHandle of(long execution) {
    RunHandle run = executions.get(execution);
    if (run == null) {
      throw new IllegalStateException(
          "execution " + execution + " has no run: its JSL must name the listener runListener");
    }
    return run;
  }

  /** An execution ended: decides what that means for its run, and writes it down. */
  void end(JobContext job) {
    RunHandle run = executions.remove(job.getExecutionId());
    if (run != null) {
      end(run, outcome(run, job.getBatchStatus()));
    }
  }

  /** A run ended in this way; written down now or, without a database, later. */
  void end(RunHandle run, Outcome outcome) {
    Entry entry = entries.get(run.id());
    if (entry != null && entry.run == run) {
      entry.endedNanos = System.nanoTime();
      entry.outcome = outcome;
      settle(entry);
    }
  }

  private static Outcome outcome(RunHandle run, BatchStatus status) {
    if (run.result() != null) {
      return Outcome.SUCCEEDED;
    }
    boolean stopped = status == BatchStatus.STOPPING || status == BatchStatus.STOPPED;
    if (run.failure() != null) {
      boolean passing = run.failure() instanceof ApiException e && e.status() == 503;
      return passing ? Outcome.GIVEN_BACK : Outcome.FAILED;
    }
    if (stopped) {
      return run.isStopping() ? Outcome.STOPPED : Outcome.LEFT;
    }
    // The batch runtime failed, not the work: it goes on from where it was.
    return Outcome.GIVEN_BACK;
  }

  /** Writes down how runs ended that could not be settled before. */
  void settleAll() {
    for (Entry entry : entries.values()) {
      if (entry.outcome != null) {
        settle(entry);
      }
    }
  }

  /** The server stops: what its end interrupted goes on elsewhere at once. */
  void leave() {
    leaving = true;
    settleAll();
  }

  /** True when this server seems to be stopping: nothing is begun any more. */
  boolean isLeaving() {
    return leaving || entries.values().stream().anyMatch(entry -> entry.outcome == Outcome.LEFT);
  }

  private void settle(Entry entry) {
    RunHandle run = entry.run;
    boolean waits =
        entry.outcome == Outcome.LEFT
            && !leaving
            && System.nanoTime() - entry.endedNanos < STOP_PATIENCE.toNanos();
    if (waits) {
      return;
    }
    try {
      boolean mine =
          run.isLost()
              || switch (entry.outcome) {
                case SUCCEEDED -> book.succeed(run, run.result(), membership.self().version());
                case FAILED -> book.fail(run, run.failure());
                case STOPPED -> book.stopped(run);
                case GIVEN_BACK -> book.giveBack(run, false);
                case LEFT -> leaving ? book.giveBack(run, true) : book.stopped(run);
              };
      entries.remove(run.id(), entry);
      LOG.log(
          Level.INFO,
          "run {0} of {1}: {2}{3}",
          new Object[] {
            run.id(), run.job(), entry.outcome, mine && !run.isLost() ? "" : ", but it is lost"
          });
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "run " + run.id() + " ended and waits to be written down", e);
    }
  }

  private String self() {
    if (membership.self() == null) {
      throw new ApiException(503, "not_ready", "this server has not joined its cluster", null, 1);
    }
    return membership.self().id();
  }
}
