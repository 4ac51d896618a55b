package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.local.Waiting;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Scopes that a gate makes to write in, because it never writes into the one that it judges. They
 * are named after the run, and erased with proof at its end.
 */
final class ProbeScopes {
  static final String PREFIX = "perdura-probe-";

  private static final int ATTEMPTS = 20;

  /** Rows about requests are written a moment after these. */
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final GateRun run;
  private final List<String> made = new CopyOnWriteArrayList<>();

  ProbeScopes(GateRun run) {
    this.run = run;
  }

  /** Names a scope that will be erased, whether anything gets into it or not. */
  String make(String what) {
    String name = PREFIX + what + "-" + run.runId;
    if (!made.contains(name)) {
      made.add(name);
    }
    return name;
  }

  /** The last step of a gate that writes. */
  Step erasing() {
    return Step.blocking("probe_scopes_erased", this::erase)
        .within(Duration.ofMinutes(10))
        .evenAfterFailure();
  }

  private Outcome erase() {
    if (made.isEmpty()) {
      return Outcome.skipped("nothing was written");
    }
    Waiting.sleep(SETTLE);
    ObjectNode output = Jsons.object();
    List<String> reasons = new ArrayList<>();
    long left = 0;
    for (String scope : made) {
      Reply reply = erase(scope);
      output.set(scope, reply.document());
      JsonNode residue = reply.json().path("residue");
      if (!reply.isOk() || !residue.path("remaining").isObject()) {
        reasons.add("probe_scope_not_erased: " + scope + ", " + reply.complaint());
        continue;
      }
      for (JsonNode count : residue.get("remaining")) {
        left += count.asLong();
      }
      if (!residue.path("clean").asBoolean()) {
        reasons.add("probe_scope_residue: " + scope + " " + residue.get("remaining"));
      }
    }
    run.observed.put("probe_residue_rows", left);
    run.thresholds.put("probe_residue_rows", 0);
    return Outcome.judged(output, reasons);
  }

  private Reply erase(String scope) {
    ObjectNode wish =
        run.about(scope).put("actor", "perdura gate").put("reason", "end of gate run " + run.runId);
    Reply reply = run.client.post("/v1/admin/erase/scope", wish);
    for (int attempt = 1; attempt < ATTEMPTS && !isDone(reply); attempt++) {
      boolean passing = reply.isOk() || reply.status() == 503 || reply.status() == 429;
      if (!passing) {
        return reply;
      }
      Waiting.sleep(Duration.ofSeconds(1));
      reply = run.client.post("/v1/admin/erase/scope", wish);
    }
    return reply;
  }

  private static boolean isDone(Reply reply) {
    return reply.isOk()
        && reply.json().path("complete").asBoolean(true)
        && reply.json().path("residue").path("clean").asBoolean();
  }
}
