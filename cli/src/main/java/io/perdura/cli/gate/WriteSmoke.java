package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Reply;

/** One event is taken in, in a probe scope. */
final class WriteSmoke {
  private final GateRun run;
  private final ProbeScopes scopes;

  WriteSmoke(GateRun run, ProbeScopes scopes) {
    this.run = run;
    this.scopes = scopes;
  }

  Step step() {
    return Step.blocking("write_smoke", this::look);
  }

  private Outcome look() {
    ObjectNode body = run.about(scopes.make("smoke")).put("input_text", "write smoke");
    body.put("memory_lane", "shared").put("auto_embed", true);
    body.putArray("nodes")
        .addObject()
        .put("type", "event")
        .put("client_id", "smoke-" + run.runId)
        .put("text_summary", "The service takes in what it is told.");
    Reply reply = run.client.patiently("/v1/memory/write", body, false);
    run.observed.put("write_smoke_http", reply.status());
    return reply.isOk()
        ? Outcome.pass(reply.document())
        : Outcome.fail(reply.document(), "write_smoke_failed: " + reply.complaint());
  }
}
