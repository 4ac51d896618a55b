package io.perdura.batch;

import io.perdura.control.Membership;
import io.perdura.outbox.Drain;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes over from servers that died: marks the executions they left as failed, goes on with those
 * that can be resumed, and frees the events they had claimed.
 *
 * <p>A server counts as dead when its heartbeat was missing in several looks in a row, each of
 * which reached the database: after an outage of the database itself every heartbeat is old for a
 * moment. Should a server live after all, the fences keep a second run from doing harm; the
 * backfill stores a page a second time and changes nothing.
 */
@ApplicationScoped
public class OrphanReaper {
  private static final Logger LOG = Logger.getLogger(OrphanReaper.class.getName());
  static final int LOOKS = 3;

  private final JobRepository repository;
  private final JobStarter starter;
  private final Drain drain;
  private final Map<Long, Integer> seen = new HashMap<>();

  /** For the container's proxy. */
  protected OrphanReaper() {
    this(null, null, null);
  }

  @Inject
  OrphanReaper(JobRepository repository, JobStarter starter, Drain drain) {
    this.repository = repository;
    this.starter = starter;
    this.drain = drain;
  }

  /** Looks once; called every few seconds by one thread. */
  public synchronized void look(String self) {
    List<JobRepository.Execution> orphans = repository.orphans(Membership.DEAD_AFTER_SECONDS, self);
    seen.keySet().retainAll(orphans.stream().map(JobRepository.Execution::id).toList());
    Set<String> dead = new HashSet<>();
    for (JobRepository.Execution orphan : orphans) {
      if (seen.merge(orphan.id(), 1, Integer::sum) >= LOOKS && repository.fail(orphan.id())) {
        seen.remove(orphan.id());
        LOG.log(
            Level.WARNING,
            "execution {0} of job {1} is dead with its server {2}",
            new Object[] {orphan.id(), orphan.job(), orphan.node()});
        dead.add(orphan.node());
        resume(orphan);
      }
    }
    dead.forEach(drain::releaseNode);
  }

  /**
   * Goes on with what an earlier process of this server left unfinished. Call it before the first
   * use of the batch runtime, which marks those executions, and resume the answer afterwards.
   */
  public List<JobRepository.Execution> interrupted(String self) {
    return repository.interrupted(
        self,
        JobDefinition.ALL.stream()
            .filter(JobDefinition::resumable)
            .map(JobDefinition::name)
            .toList());
  }

  /** Resumes an execution when its job can be; a refusal is logged and final. */
  public void resume(JobRepository.Execution execution) {
    boolean resumable =
        JobDefinition.named(execution.job()).map(JobDefinition::resumable).orElse(false);
    if (!resumable) {
      return;
    }
    try {
      starter.resume(execution.id());
    } catch (BatchRuntimeException e) {
      LOG.log(
          Level.WARNING,
          "execution " + execution.id() + " of job " + execution.job() + " cannot go on",
          e);
    }
  }
}
