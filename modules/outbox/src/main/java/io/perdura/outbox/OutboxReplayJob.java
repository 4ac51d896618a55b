package io.perdura.outbox;

import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Puts dead events back into the queue; parameters as {@link ReplayRequest} states them. */
@ApplicationScoped
public class OutboxReplayJob implements ReportWork {
  private static final JobDefinition DEFINITION =
      JobDefinition.of(
              "outbox-replay",
              "Puts dead events back into the queue: one of id, event-type and all-failed, and a reason.",
              true,
              JobParameter.number("id", null, 1, Long.MAX_VALUE, "one event"),
              JobParameter.text("event-type", null, "the dead letters of one type"),
              JobParameter.flag("all-failed", "every dead letter"),
              JobParameter.text("scope", null, "only events of this internal scope key"),
              JobParameter.number(
                  "limit",
                  (long) ReplayRequest.DEFAULT_LIMIT,
                  1,
                  ReplayRequest.MAX_LIMIT,
                  "events at most"),
              JobParameter.flag("dry-run", "only tell what would be replayed"),
              JobParameter.flag(
                  "include-published", "take published events as well: they are done once more"),
              JobParameter.text("reason", null, "why, for the record; required"))
          .where(OutboxReplayJob::request);

  private final OutboxReplay replay;

  /** For the container's proxy. */
  protected OutboxReplayJob() {
    this(null);
  }

  @Inject
  public OutboxReplayJob(OutboxReplay replay) {
    this.replay = replay;
  }

  @Override
  public JobDefinition definition() {
    return DEFINITION;
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    return JobResult.passed(replay.replay(request(parameters)));
  }

  /** Reads the request from parameters that are well formed one by one. */
  static ReplayRequest request(JobParameters parameters) {
    return new ReplayRequest(
        parameters.text("id").map(Long::valueOf).orElse(null),
        parameters.text("event-type").orElse(null),
        parameters.flag("all-failed"),
        parameters.text("scope").orElse(null),
        (int) parameters.number("limit"),
        parameters.flag("dry-run"),
        parameters.flag("include-published"),
        parameters.text("reason").orElse(null));
  }
}
