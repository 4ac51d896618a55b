package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the job health-gate may be told. */
final class HealthOptions {
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

  void describe(ObjectNode inputs) {
    inputs.put("consistency_check_set", checkSet);
    further.forEach(inputs::put);
  }
}
