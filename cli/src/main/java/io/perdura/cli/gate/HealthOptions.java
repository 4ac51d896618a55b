package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the job health-gate may be told. */
final class HealthOptions {
  private static final List<String> OURS =
      List.of("scope", "tenant-id", "consistency-check-set", "strict-warnings");

  /** Repairs would change what is judged. */
  private static final String REPAIR = "auto-";

  @Option(
      names = "--consistency-check-set",
      paramLabel = "SET",
      defaultValue = "scope",
      description = "scope, cross_tenant or all (default: ${DEFAULT-VALUE})")
  String checkSet;

  @Option(
      names = "--consistency-sample",
      paramLabel = "N",
      description = "rows shown of each failed check")
  Integer sample;

  @Option(names = "--run-execution-loop-gate", description = "also the gate of the execution loop")
  boolean executionLoop;

  @Option(
      names = "--run-policy-adaptation-gate",
      description = "also the gate of policy adaptation")
  boolean policyAdaptation;

  @Option(
      names = "--job-parameter",
      paramLabel = "NAME=VALUE",
      description =
          "a further parameter of the job, as perdura job list --verbose shows them; may be repeated")
  Map<String, String> further = new LinkedHashMap<>();

  /** Refuses parameters that the gate itself sets: they decide what is judged, and how. */
  static void check(Map<String, String> further) {
    for (String name : further.keySet()) {
      if (OURS.contains(name)) {
        throw new Trouble("--job-parameter cannot set " + name + ": the gate does.");
      }
      if (name.startsWith(REPAIR)) {
        throw new Trouble("A gate repairs nothing: run the job health-gate with " + name + ".");
      }
    }
  }

  void describe(ObjectNode inputs) {
    inputs.put("consistency_check_set", checkSet);
    further.forEach(inputs::put);
  }
}
