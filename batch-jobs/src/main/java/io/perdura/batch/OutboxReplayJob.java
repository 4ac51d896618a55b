package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.outbox.OutboxReplay;
import io.perdura.outbox.ReplayRequest;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Properties;

/** Puts dead events back into the queue; parameters as {@link ReplayRequest} states them. */
@Dependent
@Named("outboxReplay")
public class OutboxReplayJob extends ReportingBatchlet {
  @Inject private OutboxReplay replay;

  @Override
  ObjectNode report() {
    return replay.replay(request(parameters()));
  }

  /** Reads the request from job parameters that are well formed one by one. */
  static ReplayRequest request(Properties parameters) {
    String id = parameters.getProperty("id");
    return new ReplayRequest(
        id == null ? null : Long.valueOf(id),
        parameters.getProperty("event-type"),
        Boolean.parseBoolean(parameters.getProperty("all-failed")),
        parameters.getProperty("scope"),
        Integer.parseInt(parameters.getProperty("limit")),
        Boolean.parseBoolean(parameters.getProperty("dry-run")),
        Boolean.parseBoolean(parameters.getProperty("include-published")),
        parameters.getProperty("reason"));
  }
}
