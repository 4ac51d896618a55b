package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.outbox.OutboxReplay;
import io.perdura.outbox.ReplayRequest;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Puts dead events back into the queue; parameters as {@link ReplayRequest} states them. */
@Dependent
@Named("outboxReplay")
public class OutboxReplayJob extends ReportingBatchlet {
  @Inject private OutboxReplay replay;

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
  ObjectNode report() {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("id", id);
    parameters.put("event-type", eventType);
    parameters.put("all-failed", allFailed);
    parameters.put("scope", scope);
    parameters.put("limit", limit);
    parameters.put("dry-run", dryRun);
    parameters.put("include-published", includePublished);
    parameters.put("reason", reason);
    return replay.replay(request(parameters::get));
  }

  /** Reads the request from job parameters that are well formed one by one. */
  static ReplayRequest request(UnaryOperator<String> parameters) {
    String id = given(parameters.apply("id"));
    return new ReplayRequest(
        id == null ? null : Long.valueOf(id),
        given(parameters.apply("event-type")),
        Boolean.parseBoolean(parameters.apply("all-failed")),
        given(parameters.apply("scope")),
        Integer.parseInt(parameters.apply("limit")),
        Boolean.parseBoolean(parameters.apply("dry-run")),
        Boolean.parseBoolean(parameters.apply("include-published")),
        parameters.apply("reason"));
  }

  private static String given(String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
