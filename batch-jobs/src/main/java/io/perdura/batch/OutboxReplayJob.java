package io.perdura.batch;

import io.perdura.outbox.OutboxReplay;
import io.perdura.outbox.ReplayRequest;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Replays dead events; parameters as {@link ReplayRequest} states them. The exit status tells how many. */
@Dependent
@Named("outboxReplay")
public class OutboxReplayJob extends AbstractBatchlet {
  @Inject private OutboxReplay replay;
  @Inject private Apart apart;

  @Inject
  @BatchProperty(name = "id")
  private String id;

  @Inject
  @BatchProperty(name = "event-type")
  private String eventType;

  @Inject
  @BatchProperty(name = "all-failed")
  private String allFailed;

  @Inject
  @BatchProperty(name = "scope")
  private String scope;

  @Inject
  @BatchProperty(name = "limit")
  private String limit;

  @Inject
  @BatchProperty(name = "dry-run")
  private String dryRun;

  @Inject
  @BatchProperty(name = "include-published")
  private String includePublished;

  @Inject
  @BatchProperty(name = "reason")
  private String reason;

  @Override
  public String process() throws Exception {
    ReplayRequest request =
        new ReplayRequest(
            id == null || id.isBlank() ? null : Long.valueOf(id),
            eventType == null || eventType.isBlank() ? null : eventType,
            Boolean.parseBoolean(allFailed),
            scope == null || scope.isBlank() ? null : scope,
            Integer.parseInt(limit),
            Boolean.parseBoolean(dryRun),
            Boolean.parseBoolean(includePublished),
            reason);
    return apart.call(() -> "matched=" + replay.replay(request).get("matched").intValue());
  }
}
