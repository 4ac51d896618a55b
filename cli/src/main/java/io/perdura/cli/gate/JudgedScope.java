package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the judged scope before and after, by table. The gate adds none; others may, while it
 * runs, so a difference is put on record and does not decide.
 */
final class JudgedScope {
  private final GateRun run;
  private JsonNode before;

  JudgedScope(GateRun run) {
    this.run = run;
  }

  /** A scope without a node is nothing to judge. */
  Step first() {
    return Step.blocking("judged_scope", this::lookBefore);
  }

  Step last() {
    return Step.advisory("judged_scope_after", this::lookAfter).evenAfterFailure();
  }

  private Outcome lookBefore() {
    Reply reply = rows();
    if (!reply.isOk()) {
      return Outcome.notProven(reply.document(), "judged_scope_unseen: " + reply.complaint());
    }
    before = reply.json().path("remaining");
    run.observed.put("judged_scope_nodes", before.path("memory_nodes").asLong());
    run.thresholds.put("judged_scope_nodes", "at least 1");
    return before.path("memory_nodes").asLong() > 0
        ? Outcome.pass(reply.document())
        : Outcome.notProven(
            reply.document(), "judged_scope_empty: " + run.scope + " has no node (or is no scope)");
  }

  private Outcome lookAfter() {
    if (before == null) {
      return Outcome.skipped("it was not seen before");
    }
    Reply reply = rows();
    if (!reply.isOk()) {
      return Outcome.notProven(reply.document(), "judged_scope_unseen: " + reply.complaint());
    }
    JsonNode after = reply.json().path("remaining");
    ObjectNode output = Jsons.object();
    output.set("before", before);
    output.set("after", after);
    List<String> changed = new ArrayList<>();
    after
        .properties()
        .forEach(table -> {
          long more = table.getValue().asLong() - before.path(table.getKey()).asLong();
          if (more != 0) {
            changed.add(table.getKey() + " " + (more > 0 ? "+" : "") + more);
          }
        });
    run.observed.put(
        "judged_scope_changes", changed.isEmpty() ? "none" : String.join(", ", changed));
    return new Outcome(
        Status.PASS,
        changed.isEmpty()
            ? List.of()
            : List.of("changed by others meanwhile: " + String.join(", ", changed)),
        output);
  }

  private Reply rows() {
    return run.client.post("/v1/admin/erase/residue", run.about().put("kind", "scope"));
  }
}
