package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Integrity, quality and the reports beside them: jobs of the service, with a second look here. */
final class IntegritySteps {
  private final GateRun run;
  private final JobSteps jobs;

  IntegritySteps(GateRun run) {
    this.run = run;
    this.jobs = new JobSteps(run);
  }

  Step health(HealthOptions options, boolean strictWarnings) {
    options.describe(run.inputs);
    Map<String, String> needed = scope();
    needed.put("consistency-check-set", options.checkSet.replace('-', '_'));
    needed.putAll(options.further);
    Map<String, String> wished = tenant();
    if (options.sample != null) {
      needed.put("consistency-sample", options.sample.toString());
    }
    if (options.executionLoop) {
      needed.put("run-execution-loop-gate", "true");
    }
    if (options.policyAdaptation) {
      needed.put("run-policy-adaptation-gate", "true");
    }
    needed.put("strict-warnings", Boolean.toString(strictWarnings));
    return jobs.step(
        Step.Mode.BLOCKING,
        "health_gate_scope",
        new JobSteps.Wish("health-gate", needed, wished),
        this::healthReport);
  }

  /** A report that names no check saw nothing, whatever it concludes. */
  private List<String> healthReport(JsonNode result) {
    List<String> reasons = new ArrayList<>();
    JsonNode consistency = result.path("consistency");
    JsonNode checks =
        consistency.path("checks").isMissingNode()
            ? result.path("checks")
            : consistency.path("checks");
    if (checks.isEmpty()) {
      reasons.add("report_without_checks");
    }
    run.observed.put("consistency_errors", consistency.path("errors").asLong(0));
    run.observed.put("consistency_warnings", consistency.path("warnings").asLong(0));
    JsonNode quality = result.path("quality");
    if (quality.has("pass")) {
      run.observed.put("quality_pass", quality.path("pass").asBoolean());
    }
    return reasons;
  }

  Step crossTenant() {
    Map<String, String> needed = new LinkedHashMap<>();
    needed.put("check-set", "cross_tenant");
    needed.put("strict-warnings", "true");
    return jobs.step(
        Step.Mode.BLOCKING,
        "consistency_cross_tenant",
        new JobSteps.Wish("consistency-check", needed, Map.of()),
        result -> result.path("checks").isEmpty() ? List.of("report_without_checks") : List.of());
  }

  /**
   * A report of one scope in the operator's mode; a job that ignored a threshold would prove
   * nothing.
   */
  Step report(Step.Mode mode, String name, String job, Map<String, String> needed) {
    Map<String, String> all = scope();
    all.putAll(needed);
    return jobs.step(mode, name, new JobSteps.Wish(job, all, tenant()), result -> List.of());
  }

  private Map<String, String> scope() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("scope", run.scope);
    return parameters;
  }

  private Map<String, String> tenant() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("tenant-id", run.tenant);
    return parameters;
  }
}
