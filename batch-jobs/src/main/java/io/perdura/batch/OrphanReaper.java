package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.outbox.Drain;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes over from servers that are gone: marks the executions they left, goes on with those that
 * can be resumed, and frees the events they had claimed.
 *
 * <p>A server counts as dead when its heartbeat is {@value Membership#DEAD_AFTER_SECONDS} s old in
 * {@value #LOOKS} looks in a row, a second apart, so its work goes on within ten seconds of its
 * death. After an outage of the database every heartbeat is old for a moment: no look counts until
 * the database has answered promptly for as long as a living server needs to show itself. Should a
 * server live after all, the fences keep a second run from doing harm; the backfill stores a page a
 * second time and changes nothing.
 *
 * <p>An execution stays marked until it goes on, so that one whose new server dies in between is
 * found again.
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
  private final JobStarter starter;
  private final Drain drain;
  private final LongSupplier nanoTime;
  private final Map<JobRepository.Execution, Integer> seen = new HashMap<>();
  private long lastLook;
  private long steadySince;

  /** For the container's proxy. */
  protected OrphanReaper() {
    this(null, null, null, () -> 0);
  }

  @Inject
  OrphanReaper(JobRepository repository, JobStarter starter, Drain drain) {
    this(repository, starter, drain, System::nanoTime);
  }

  /** With a clock of its own, in nanoseconds, for tests. */
  OrphanReaper(JobRepository repository, JobStarter starter, Drain drain, LongSupplier nanoTime) {
    this.repository = repository;
    this.starter = starter;
    this.drain = drain;
    this.nanoTime = nanoTime;
    this.steadySince = nanoTime.getAsLong();
    this.lastLook = steadySince;
  }

  /** Looks once; called every {@value #INTERVAL_SECONDS} s by one thread. */
  public synchronized void look(String self) {
    List<JobRepository.Execution> orphans;
    try {
      orphans = repository.orphans(Membership.DEAD_AFTER_SECONDS, self);
    } catch (RuntimeException e) {
      steadySince = nanoTime.getAsLong();
      throw e;
    }
    if (!isSteady()) {
      seen.clear();
      return;
    }
    seen.keySet().retainAll(orphans);
    Set<String> dead = new HashSet<>();
    for (JobRepository.Execution orphan : orphans) {
      if (seen.merge(orphan, 1, Integer::sum) >= LOOKS && repository.take(orphan)) {
        LOG.log(
            Level.WARNING,
            "execution {0} of job {1} is without its server {2}",
            new Object[] {Long.toString(orphan.id()), orphan.job(), orphan.node()});
        dead.add(orphan.node());
        resume(orphan);
      }
    }
    dead.forEach(drain::releaseNode);
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
   * Goes on with an execution that was taken, when its job can be; a refusal of the container is
   * logged and final.
   */
  void resume(JobRepository.Execution execution) {
    boolean resumable =
        JobDefinition.named(execution.job()).map(JobDefinition::resumable).orElse(false);
    if (!resumable) {
      return;
    }
    try {
      starter.resume(execution.id());
    } catch (JobExecutionAlreadyCompleteException
        | JobExecutionNotMostRecentException
        | JobRestartException
        | NoSuchJobExecutionException e) {
      repository.giveUp(execution.id());
      LOG.log(
          Level.WARNING,
          "execution " + execution.id() + " of job " + execution.job() + " cannot go on",
          e);
    } catch (BatchRuntimeException e) {
      LOG.log(
          Level.WARNING,
          "execution " + execution.id() + " of job " + execution.job() + " does not go on yet",
          e);
    }
  }
}
