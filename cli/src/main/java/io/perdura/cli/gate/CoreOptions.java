package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Everything that the core gate takes beside what every gate takes; names as the seeds write them.
 */
final class CoreOptions {
  private static final String MODE = "blocking or non_blocking (default: ${DEFAULT-VALUE})";

  @Mixin PerfOptions perf = new PerfOptions();
  @Mixin CompressionStep.Options compression = new CompressionStep.Options();

  @Option(
      names = "--job-parameter",
      paramLabel = "NAME=VALUE",
      description =
          "a further parameter of the job health-gate, as for gate health (grace-seconds=0); may be repeated")
  Map<String, String> healthParameters = new LinkedHashMap<>();

  @Option(
      names = "--run-control-admin-validation",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "false",
      description = "see that the administration refuses bad targets (default: ${DEFAULT-VALUE})")
  boolean controlAdmin;

  @Option(
      names = "--run-pack-gate",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "pack round trip in a probe scope (default: ${DEFAULT-VALUE})")
  boolean pack;

  @Option(
      names = "--pack-gate-max-rows",
      paramLabel = "N",
      defaultValue = "2000",
      description = "default ${DEFAULT-VALUE}")
  int packMaxRows;

  @Option(
      names = "--perf-compression-check",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "measure compression of contexts (default: ${DEFAULT-VALUE})")
  boolean compressionCheck;

  @Option(
      names = "--run-rule-conflict-report",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "default ${DEFAULT-VALUE}")
  boolean ruleConflicts;

  @Option(
      names = "--rule-conflict-gate-mode",
      paramLabel = "MODE",
      defaultValue = "non_blocking",
      description = MODE)
  Step.Mode ruleConflictMode;

  @Option(
      names = "--rule-conflict-rules-limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "default ${DEFAULT-VALUE}")
  int ruleLimit;

  @Option(
      names = "--rule-conflict-max-winner-changes",
      paramLabel = "N",
      defaultValue = "0",
      description = "default ${DEFAULT-VALUE}")
  int maxWinnerChanges;

  @Option(
      names = "--rule-conflict-baseline",
      paramLabel = "RUN",
      defaultValue = "latest",
      description =
          "the run of rule-conflict-report that is compared with (default: ${DEFAULT-VALUE})")
  String ruleBaseline;

  @Option(
      names = "--rule-conflict-first-run",
      description = "there is no earlier report to compare with yet")
  boolean ruleFirstRun;

  @Option(
      names = "--run-consolidation-health-slo",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "default ${DEFAULT-VALUE}")
  boolean consolidation;

  @Option(
      names = "--consolidation-health-gate-mode",
      paramLabel = "MODE",
      defaultValue = "non_blocking",
      description = MODE)
  Step.Mode consolidationMode;

  @Option(
      names = "--consolidation-health-slo-max-candidate-queue-depth",
      paramLabel = "N",
      defaultValue = "200",
      description = "default ${DEFAULT-VALUE}")
  int maxQueue;

  @Option(
      names = "--consolidation-health-slo-min-apply-success-rate",
      paramLabel = "R",
      defaultValue = "0.98",
      description = "default ${DEFAULT-VALUE}")
  double minApplySuccess;

  @Option(
      names = "--consolidation-health-slo-min-redirect-completeness",
      paramLabel = "R",
      defaultValue = "0.99",
      description = "default ${DEFAULT-VALUE}")
  double minRedirect;

  @Option(
      names = "--consolidation-health-slo-max-pending-alias-edges",
      paramLabel = "N",
      defaultValue = "0",
      description = "default ${DEFAULT-VALUE}")
  int maxPendingAliases;

  @Option(
      names = "--run-replay-determinism-report",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "default ${DEFAULT-VALUE}")
  boolean determinism;

  @Option(
      names = "--replay-determinism-gate-mode",
      paramLabel = "MODE",
      defaultValue = "non_blocking",
      description = MODE)
  Step.Mode determinismMode;

  @Option(
      names = "--replay-determinism-runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "default ${DEFAULT-VALUE}")
  int determinismRuns;

  @Option(
      names = "--replay-determinism-max-fingerprint-variants",
      paramLabel = "N",
      defaultValue = "1",
      description = "default ${DEFAULT-VALUE}")
  int maxVariants;

  @Option(
      names = "--sdk-evidence",
      paramLabel = "DIR",
      defaultValue = "artifacts/sdk-check",
      description = "directories that perdura sdk check left (default: ${DEFAULT-VALUE})")
  Path sdkEvidence = Path.of("artifacts/sdk-check");

  void check() {
    perf.check();
    HealthOptions.check(healthParameters);
    if (packMaxRows < 2 || packMaxRows > 50_000) {
      throw new Trouble("--pack-gate-max-rows must be between 2 and 50000.");
    }
  }

  void describe(ObjectNode inputs) {
    perf.describe(inputs);
    inputs.put("run_pack_gate", pack).put("run_control_admin_validation", controlAdmin);
    inputs.put("compression_gate_mode", compression.mode.toString());
    inputs.put("rule_conflict_gate_mode", ruleConflictMode.toString());
    inputs.put("consolidation_health_gate_mode", consolidationMode.toString());
    inputs.put("replay_determinism_gate_mode", determinismMode.toString());
  }

  /** The steps of the core gate, from its probes to the last look at the judged scope. */
  List<Step> steps(GateRun run, ProbeScopes scopes) {
    describe(run.inputs);
    ServiceSteps service = new ServiceSteps(run);
    JudgedScope judged = new JudgedScope(run);
    List<Step> steps = new ArrayList<>(List.of(service.service(), service.administration()));
    steps.add(service.databaseIdentity());
    steps.add(judged.first());
    steps.addAll(new ReleaseSteps(run).checks(new SdkEvidence(run, sdkEvidence)));
    IntegritySteps integrity = new IntegritySteps(run);
    steps.add(integrity.health(scopeSet(), true));
    steps.add(integrity.crossTenant());
    reports(steps, integrity);
    steps.add(
        pack
            ? new PackSteps(run, scopes, packMaxRows).roundTrip()
            : skipped("pack_roundtrip", "--run-pack-gate false"));
    steps.add(
        controlAdmin
            ? new ControlAdminStep(run).validation()
            : skipped("control_admin_validation", "--run-control-admin-validation false"));
    steps.add(new CapabilitySteps(run, scopes).probes());
    steps.add(new PlannerSteps(run, scopes).probes());
    steps.add(
        compressionCheck
            ? new CompressionStep(run, compression).kpi()
            : skipped("compression_kpi", "--perf-compression-check false"));
    steps.addAll(new PerfSteps(run, scopes, perf).steps());
    steps.add(judged.last());
    return steps;
  }

  private void reports(List<Step> steps, IntegritySteps integrity) {
    Map<String, String> rules = new LinkedHashMap<>();
    rules.put("rules-limit", Integer.toString(ruleLimit));
    rules.put("max-winner-changes", Integer.toString(maxWinnerChanges));
    rules.put(ruleFirstRun ? "first-run" : "baseline-run", ruleFirstRun ? "true" : ruleBaseline);
    rules.put("strict", "true");
    steps.add(
        ruleConflicts
            ? integrity.report(
                ruleConflictMode, "rule_conflict_report", "rule-conflict-report", rules)
            : skipped("rule_conflict_report", "--run-rule-conflict-report false"));
    Map<String, String> slo = new LinkedHashMap<>();
    slo.put("max-candidate-queue-depth", Integer.toString(maxQueue));
    slo.put("min-apply-success-rate", Double.toString(minApplySuccess));
    slo.put("min-redirect-completeness", Double.toString(minRedirect));
    slo.put("max-pending-alias-edges", Integer.toString(maxPendingAliases));
    slo.put("strict", "true");
    steps.add(
        consolidation
            ? integrity.report(
                consolidationMode, "consolidation_health_slo", "consolidation-health-slo", slo)
            : skipped("consolidation_health_slo", "--run-consolidation-health-slo false"));
    Map<String, String> replay = new LinkedHashMap<>();
    replay.put("runs", Integer.toString(determinismRuns));
    replay.put("max-fingerprint-variants", Integer.toString(maxVariants));
    replay.put("strict", "true");
    steps.add(
        determinism
            ? integrity.report(
                determinismMode,
                "consolidation_replay_determinism",
                "consolidation-replay-determinism",
                replay)
            : skipped("consolidation_replay_determinism", "--run-replay-determinism-report false"));
  }

  private HealthOptions scopeSet() {
    HealthOptions options = new HealthOptions();
    options.checkSet = "scope";
    options.further.putAll(healthParameters);
    return options;
  }

  private static Step skipped(String name, String why) {
    return Step.advisory(name, () -> Outcome.skipped(why));
  }
}
