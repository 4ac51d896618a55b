package io.perdura.integrity;

import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Setting;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters of the health gate, and what it hands on of them (jobs-gates, section 5.1). */
final class HealthOptions {
  static final String STRICT_WARNINGS = "strict-warnings";
  static final String CHECK_SET = "consistency-check-set";
  private static final String SAMPLE = "consistency-sample";
  private static final String LANE_LIMIT = "private-lane-backfill-limit";
  private static final String LANE_AGENT = "private-lane-default-owner-agent";
  private static final String LANE_TEAM = "private-lane-default-owner-team";
  private static final String LANE_NOT_SHARED = "private-lane-no-shared-fallback";

  private final JobParameters given;

  HealthOptions(JobParameters given) {
    this.given = given;
  }

  static JobDefinition definition(Settings settings) {
    List<JobParameter> parameters =
        new ArrayList<>(
            List.of(
                ScopeParameters.scope(),
                ScopeParameters.tenant(),
                JobParameter.flag(STRICT_WARNINGS, "Whether warnings fail the gate too."),
                JobParameter.number(SAMPLE, 20L, 1, 200, "Bad rows that a check shows at most."),
                JobParameter.choice(
                    CHECK_SET,
                    value(settings, IntegritySettings.HEALTH_GATE_CONSISTENCY_CHECK_SET),
                    CheckSet.LABELS,
                    "Which consistency checks to make."),
                ConsistencyOptions.deadLetters(),
                ConsistencyOptions.failedEmbeddings(),
                ConsistencyOptions.pendingAge(),
                ConsistencyOptions.commitSample()));
    parameters.addAll(QualityOptions.thresholds());
    parameters.addAll(repairs(settings));
    parameters.addAll(gates(settings));
    return new JobDefinition(
        "health-gate",
        "Says whether a scope is fit to serve: integrity, quality, dead letters, failed embeddings, backlog.",
        false,
        parameters,
        given -> {
          ScopeParameters.check(settings).accept(given);
          for (String name : List.of("execution-loop-arg", "policy-adaptation-arg")) {
            arguments(given.text(name).orElse(""));
          }
        });
  }

  private static List<JobParameter> repairs(Settings settings) {
    return List.of(
        flag(
            settings,
            "auto-backfill",
            IntegritySettings.HEALTH_GATE_AUTO_BACKFILL,
            "Whether to label vectors without a model first. This changes data."),
        JobParameter.flag("skip-backfill", "Leaves that out whatever the setting says."),
        JobParameter.number("backfill-limit", 5_000L, 1, 50_000, "Nodes that it labels at most."),
        JobParameter.text("backfill-model", null, "The label; as the job finds it if not given."),
        flag(
            settings,
            "auto-private-lane-backfill",
            IntegritySettings.HEALTH_GATE_AUTO_PRIVATE_LANE_BACKFILL,
            "Whether to give private nodes without owner one first. This changes data."),
        JobParameter.flag(
            "skip-private-lane-backfill", "Leaves that out whatever the setting says."),
        JobParameter.number(LANE_LIMIT, 5_000L, 1, 50_000, "Nodes that it changes at most."),
        JobParameter.text(LANE_AGENT, null, "Owner agent of nodes that tell of none."),
        JobParameter.text(LANE_TEAM, null, "Owner team of nodes that tell of none."),
        JobParameter.flag(LANE_NOT_SHARED, "Leaves such nodes as they are; else: quarantine."));
  }

  private static List<JobParameter> gates(Settings settings) {
    return List.of(
        flag(
            settings,
            "run-execution-loop-gate",
            IntegritySettings.HEALTH_GATE_RUN_EXECUTION_LOOP_GATE,
            "Whether the execution-loop gate must pass too."),
        JobParameter.text("execution-loop-arg", null, "Its parameters, as --name value ..."),
        flag(
            settings,
            "run-policy-adaptation-gate",
            IntegritySettings.HEALTH_GATE_RUN_POLICY_ADAPTATION_GATE,
            "Whether the policy-adaptation gate must pass too."),
        JobParameter.text("policy-adaptation-arg", null, "Its parameters, as --name value ..."));
  }

  private static JobParameter flag(
      Settings settings, String name, Setting<Boolean> fallback, String purpose) {
    return JobParameter.flag(name, value(settings, fallback), purpose);
  }

  /** The container's proxy of the gate has no settings. */
  private static <T> T value(Settings settings, Setting<T> setting) {
    return settings == null ? setting.fallback() : settings.get(setting);
  }

  boolean strictWarnings() {
    return given.flag(STRICT_WARNINGS);
  }

  String checkSet() {
    return given.required(CHECK_SET);
  }

  boolean asksFor(String repair) {
    return given.flag("auto-" + repair) && !given.flag("skip-" + repair);
  }

  boolean asksForGate(String gate) {
    return given.flag("run-" + gate);
  }

  Map<String, String> scope() {
    Map<String, String> scope = new LinkedHashMap<>();
    copy(ScopeParameters.SCOPE, ScopeParameters.SCOPE, scope);
    copy(ScopeParameters.TENANT, ScopeParameters.TENANT, scope);
    return scope;
  }

  Map<String, String> consistency() {
    Map<String, String> parameters = scope();
    copy(SAMPLE, "sample", parameters);
    copy(CHECK_SET, "check-set", parameters);
    for (String name :
        List.of(
            "max-dead-letters",
            "max-failed-embeddings",
            "max-pending-age-seconds",
            "commit-sample")) {
      copy(name, name, parameters);
    }
    return parameters;
  }

  Map<String, String> quality() {
    Map<String, String> parameters = scope();
    QualityOptions.thresholds()
        .forEach(threshold -> copy(threshold.name(), threshold.name(), parameters));
    return parameters;
  }

  Map<String, String> backfill() {
    Map<String, String> parameters = scope();
    copy("backfill-limit", "limit", parameters);
    copy("backfill-model", "model", parameters);
    return parameters;
  }

  Map<String, String> privateLaneBackfill() {
    Map<String, String> parameters = scope();
    copy(LANE_LIMIT, "limit", parameters);
    copy(LANE_AGENT, "default-owner-agent", parameters);
    copy(LANE_TEAM, "default-owner-team", parameters);
    copy(LANE_NOT_SHARED, "no-shared-fallback", parameters);
    return parameters;
  }

  Map<String, String> gate(String arguments) {
    Map<String, String> parameters = scope();
    if (strictWarnings()) {
      parameters.put(STRICT_WARNINGS, "true");
    }
    parameters.putAll(arguments(given.text(arguments).orElse("")));
    return parameters;
  }

  private void copy(String from, String to, Map<String, String> parameters) {
    given.text(from).ifPresent(value -> parameters.put(to, value));
  }

  /** Reads {@code --name value --flag}. */
  static Map<String, String> arguments(String text) {
    Map<String, String> arguments = new LinkedHashMap<>();
    String name = null;
    for (String word : text.trim().split("\\s+", -1)) {
      if (word.startsWith("--") && word.length() > 2) {
        name = word.substring(2);
        arguments.put(name, "true");
      } else if (name != null) {
        arguments.put(name, word);
        name = null;
      } else if (!word.isEmpty()) {
        throw new IllegalArgumentException("expected --name value, not " + word);
      }
    }
    return arguments;
  }
}
