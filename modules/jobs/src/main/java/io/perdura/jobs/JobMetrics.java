package io.perdura.jobs;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** What jobs do and how their queue and schedules stand, for Prometheus. */
@ApplicationScoped
public class JobMetrics {
  private final MetricRegistry registry;
  private volatile long queued;
  private volatile double oldestQueuedSeconds;
  private volatile double leader;

  /** For the container's proxy. */
  protected JobMetrics() {
    this(null);
  }

  @Inject
  JobMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  /** Counts nothing: for tests. */
  public static JobMetrics none() {
    return new JobMetrics();
  }

  /** Offers the gauges. */
  public void register() {
    gauge("perdura_jobs_queued_runs", "runs that wait for a worker", m -> m.queued);
    gauge(
        "perdura_jobs_oldest_queued_seconds",
        "age of the oldest run that waits",
        m -> m.oldestQueuedSeconds);
    gauge("perdura_job_scheduler_leader", "1 on the server that fires schedules", m -> m.leader);
  }

  /** Notes how many runs wait, and the oldest for how long. */
  public void queue(long runs, double oldestSeconds) {
    queued = runs;
    oldestQueuedSeconds = oldestSeconds;
  }

  void leader(boolean leads) {
    leader = leads ? 1 : 0;
  }

  /** A run came to its end. */
  void ended(JobRun run) {
    if (registry == null) {
      return;
    }
    Tag job = new Tag("job", run.job());
    String verdict = run.verdict() == null ? "none" : run.verdict();
    registry
        .counter(
            "perdura_job_runs_total",
            job,
            new Tag("state", run.state()),
            new Tag("verdict", verdict))
        .inc();
    if (run.startedAt() != null && run.endedAt() != null) {
      registry
          .timer("perdura_job_run_seconds", job)
          .update(Duration.between(run.startedAt(), run.endedAt()));
    }
  }

  /** Occurrences of a schedule that were let go. */
  void missed(String job, long occurrences) {
    if (registry != null && occurrences > 0) {
      registry
          .counter("perdura_job_occurrences_missed_total", new Tag("job", job))
          .inc(occurrences);
    }
  }

  /** An occurrence of a schedule became a run. */
  void fired(String job, Duration late) {
    if (registry != null) {
      registry.timer("perdura_job_fire_delay_seconds", new Tag("job", job)).update(late);
    }
  }

  private void gauge(String name, String what, ToDoubleFunction<JobMetrics> value) {
    Metadata metadata = Metadata.builder().withName(name).withDescription(what).build();
    registry.gauge(metadata, this, value::applyAsDouble);
  }
}
