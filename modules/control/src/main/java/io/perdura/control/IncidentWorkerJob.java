package io.perdura.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Publishes what is queued and due, one after the other, each under a lease. */
@ApplicationScoped
public class IncidentWorkerJob implements ReportWork {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final int MOST_DOUBLINGS = 30;

  private final IncidentQueue queue;
  private final IncidentPublisher publisher;
  private final Clock clock;

  @Inject
  IncidentWorkerJob(IncidentQueue queue, IncidentPublisher publisher, Clock clock) {
    this.queue = queue;
    this.publisher = publisher;
    this.clock = clock;
  }

  /** For the container's proxy. */
  protected IncidentWorkerJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "incident-publish-worker",
            "Publishes the evidence of incidents that is queued and due.",
            true,
            JobSupport.tenant("any"),
            JobParameter.text(
                "worker-id", null, "Who takes the jobs; a name of its own if not given."),
            JobSupport.whole("max-jobs", 20, 1, 1_000, "Publish jobs at most."),
            JobSupport.whole(
                "retry-base-seconds", 30, 1, 86_400, "Pause after the first failure; it doubles."),
            JobSupport.whole("retry-max-seconds", 900, 1, 604_800, "Longest pause."),
            JobSupport.whole(
                "timeout-seconds", 600, 1, 86_400, "Time that one publishing may take."),
            JobParameter.flag("dry-run", "do nothing"),
            JobSupport.strict("when a publishing failed"))
        .where(JobSupport.check());
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress)
      throws IOException, InterruptedException {
    if (!publisher.isConfigured()) {
      throw new IllegalStateException(
          "PERDURA_INCIDENT_PUBLISH_COMMAND is not set: there is no program that could publish anything");
    }
    String worker = given.text("worker-id").orElseGet(() -> "job-" + UUID.randomUUID());
    String tenant = given.text(JobSupport.TENANT).orElse(null);
    ArrayNode rows = Jsons.array();
    int failed = 0;
    while (!given.flag("dry-run")
        && rows.size() < given.number("max-jobs")
        && !progress.isStopping()) {
      Optional<IncidentQueue.Claim> claim = queue.claim(worker, tenant, LEASE);
      if (claim.isEmpty()) {
        break;
      }
      ObjectNode row = work(claim.get(), given, progress);
      failed += row.get("status").textValue().equals("succeeded") ? 0 : 1;
      rows.add(row);
      progress.at(rows.size(), -1);
    }
    boolean strict = given.flag(JobSupport.STRICT);
    ObjectNode body = Jsons.object().put("ok", failed == 0).put("strict", strict);
    body.put("dry_run", given.flag("dry-run")).put("loop", false).put("worker_id", worker);
    body.put("tenant_id", tenant)
        .put("processed", rows.size())
        .put("succeeded", rows.size() - failed)
        .put("failed", failed)
        .set("rows", rows);
    body.put("checked_at", Timestamps.iso(clock.instant()));
    return JobResult.judged(failed == 0 || !strict, body);
  }

  private ObjectNode work(IncidentQueue.Claim claim, JobParameters given, JobProgress progress)
      throws IOException, InterruptedException {
    Duration limit = Duration.ofSeconds(given.number("timeout-seconds"));
    IncidentPublisher.Outcome outcome =
        publisher.publish(claim, limit, () -> !progress.isStopping() && queue.renew(claim, LEASE));
    boolean published = outcome.uri() != null;
    boolean settled =
        published
            ? queue.succeed(claim, outcome.uri(), outcome.response())
            : queue.fail(claim, outcome.error(), outcome.response(), pause(claim, given));
    String status =
        !settled
            ? "lost"
            : published
                ? "succeeded"
                : claim.attempt() >= claim.maxAttempts() ? "dead_letter" : "failed";
    ObjectNode row = Jsons.object().put("id", claim.id()).put("tenant_id", claim.tenantId());
    return row.put("run_id", claim.runId())
        .put("status", status)
        .put("attempt", claim.attempt())
        .put("published_uri", outcome.uri())
        .put("error", outcome.error());
  }

  private static Duration pause(IncidentQueue.Claim claim, JobParameters given) {
    int doublings = Math.min(MOST_DOUBLINGS, claim.attempt() - 1);
    double seconds = Math.scalb(given.ratio("retry-base-seconds"), doublings);
    return Duration.ofSeconds((long) Math.min(given.ratio("retry-max-seconds"), seconds));
  }
}
