package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.demo.ValuePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Memory improves recall, across sessions and agents: the demo, in a probe scope. */
final class ValuePathStep {
  private static final Duration EMBEDDING_LIMIT = Duration.ofMinutes(3);

  private final GateRun run;
  private final ProbeScopes scopes;

  ValuePathStep(GateRun run, ProbeScopes scopes) {
    this.run = run;
    this.scopes = scopes;
  }

  Step step() {
    return Step.blocking("value_path", this::look).within(Duration.ofMinutes(10));
  }

  private Outcome look() {
    ObjectNode report =
        ValuePath.walk(run.client, run.tenant, scopes.make("value"), EMBEDDING_LIMIT);
    JsonNode success = report.path("success");
    List<String> reasons = new ArrayList<>();
    for (String truth : new String[] {"memory_recall_improved", "cross_session_recall_stable"}) {
      run.observed.put(truth, success.path(truth).asBoolean());
      run.thresholds.put(truth, true);
      if (!success.path(truth).asBoolean()) {
        reasons.add(truth + " is false");
      }
    }
    return Outcome.judged(report, reasons);
  }
}
