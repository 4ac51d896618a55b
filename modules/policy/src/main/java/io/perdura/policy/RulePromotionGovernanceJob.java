package io.perdura.policy;

import static io.perdura.policy.GateChecks.Severity.ERROR;
import static io.perdura.policy.GateChecks.Severity.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;

/** Judges whether one rule may be promoted, with a hash of what was judged. */
@ApplicationScoped
public class RulePromotionGovernanceJob implements ReportWork {
  private static final String ACTIVE = "active";

  private final Database database;
  private final Settings settings;

  @Inject
  RulePromotionGovernanceJob(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected RulePromotionGovernanceJob() {
    this(null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "rule-promotion-governance",
            "Judges whether one rule may be promoted.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.text("rule-node-id", null, "The rule; the newest changed if not given."),
            JobParameter.choice(
                "target-state", ACTIVE, List.of("shadow", ACTIVE), "Where it shall go."),
            JobParameter.number(
                "window-hours", 168L, 1, 2_160, "Hours whose feedback counts as recent."),
            JobParameter.flag("strict", "fail on any failed check, warnings too"))
        .where(given -> {
          ScopeParameters.of(given, settings);
          given.text("rule-node-id").ifPresent(RulePromotionGovernanceJob::uuid);
        });
  }

  private static void uuid(String text) {
    try {
      UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("rule-node-id must be a UUID", e);
    }
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(given, settings);
    String target = given.required("target-state");
    List<JsonNode> found =
        new RuleFactsSql(database, scope.key(), (int) given.number("window-hours"))
            .one(given.text("rule-node-id").orElse(null));
    if (found.isEmpty()) {
      throw new IllegalStateException("there is no such rule in scope " + scope.scope());
    }
    JsonNode rule = found.getFirst();
    GateChecks checks = new GateChecks();
    wellFormed(checks, rule);
    earned(checks, rule, target);
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("kind", "rule_promotion_governance")
            .put("target_state", target);
    body.set("rule", rule);
    ObjectNode metrics = body.putObject("metrics");
    metrics.set("window", rule.get("window"));
    Figures.put(metrics, "window_negative_ratio", GateChecks.rounded(ratio(rule)));
    metrics.put("score", score(rule));
    body.set("checks", checks.json());
    body.set("summary", checks.summary());
    body.put("governance_hash", hash(scope, rule, target, checks));
    ObjectNode next = body.putObject("next_step").put("can_promote", !checks.hasErrors());
    ObjectNode apply = next.putObject("apply").put("endpoint", "/v1/memory/rules/state");
    ObjectNode payload =
        apply
            .putObject("payload")
            .put("tenant_id", scope.tenant().value())
            .put("scope", scope.scope());
    payload.set("rule_node_id", rule.get("rule_node_id"));
    payload.put("state", target).put("input_text", "job: promote");
    return checks.verdict(given, body);
  }

  private static void wellFormed(GateChecks checks, JsonNode rule) {
    List<String> faults = PolicyPatch.faults(rule.get("then_json"));
    boolean aimed =
        switch (rule.get("rule_scope").textValue()) {
          case "agent" -> !rule.get("target_agent_id").isNull();
          case "team" -> !rule.get("target_team_id").isNull();
          default -> true;
        };
    checks
        .holds(ERROR, "policy_patch_valid", faults.isEmpty(), String.join("; ", faults))
        .holds(ERROR, "if_json_object", rule.get("if_json").isObject(), "if is an object")
        .holds(
            ERROR,
            "exceptions_json_array",
            rule.get("exceptions_json").isArray(),
            "exceptions are an array")
        .holds(ERROR, "scope_target_valid", aimed, "a rule for one agent or team names it");
  }

  private static void earned(GateChecks checks, JsonNode rule, String target) {
    String state = rule.get("state").textValue();
    boolean toActive = target.equals(ACTIVE);
    double runs = rule.at("/window/runs").doubleValue();
    checks.holds(
        ERROR,
        "transition_path",
        state.equals(toActive ? "shadow" : "draft"),
        "from " + state + " to " + target);
    double positives = rule.get("positive").doubleValue();
    if (toActive) {
      checks
          .atLeast(ERROR, "positives_min", positives, 10, "positive feedback")
          .atMost(
              ERROR, "window_negative_ratio_max", ratio(rule), 0.1, "negative part of the window")
          .atLeast(
              WARNING, "score_min", (double) score(rule), 9, "positive less negative feedback");
    } else {
      checks
          .atLeast(ERROR, "positives_min", positives, 3, "positive feedback")
          .atMost(
              ERROR, "negatives_max", rule.get("negative").doubleValue(), 0, "negative feedback");
    }
    checks.atLeast(WARNING, "distinct_runs_min", runs, 3, "runs of the window that gave feedback");
  }

  private static double ratio(JsonNode rule) {
    double total = rule.at("/window/total").doubleValue();
    return total == 0 ? 0 : rule.at("/window/negative").doubleValue() / total;
  }

  private static long score(JsonNode rule) {
    return rule.get("positive").longValue() - rule.get("negative").longValue();
  }

  private static String hash(ScopeKey scope, JsonNode rule, String target, GateChecks checks) {
    ObjectNode judged =
        Jsons.object().put("scope", scope.scope()).put("tenant_id", scope.tenant().value());
    judged.set("rule_node_id", rule.get("rule_node_id"));
    judged.put("target_state", target);
    ArrayNode list = judged.putArray("checks");
    for (JsonNode check : checks.json()) {
      ObjectNode one = list.addObject();
      one.set("name", check.get("name"));
      one.set("pass", check.get("pass"));
      one.set("value", check.get("value"));
    }
    return CanonicalJson.sha256Hex(judged);
  }
}
