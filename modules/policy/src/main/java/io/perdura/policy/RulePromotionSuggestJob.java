package io.perdura.policy;

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
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Suggests shadow rules that earned to be put in force. */
@ApplicationScoped
public class RulePromotionSuggestJob implements ReportWork {
  private static final int ANY_WINDOW_HOURS = 1;

  private final Database database;
  private final Settings settings;

  @Inject
  RulePromotionSuggestJob(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected RulePromotionSuggestJob() {
    this(null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "rule-promotion-suggest",
            "Suggests shadow rules that earned to be put in force.",
            false,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(
                "limit", 50L, 1, 500, "Shadow rules that are judged, the best first."),
            JobParameter.number("min-positives", 10L, 1, 1_000_000, "Least positive feedback."),
            JobParameter.ratio(
                "max-neg-ratio", 0.1, 0, 1, "Most negative feedback for each positive one."),
            JobParameter.flag("strict", "fail when there is any suggestion"))
        .where(ScopeParameters.check(settings));
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(given, settings);
    long minPositives = given.number("min-positives");
    double maxRatio = given.ratio("max-neg-ratio");
    List<JsonNode> rules =
        new RuleFactsSql(database, scope.key(), ANY_WINDOW_HOURS)
            .bestShadow((int) given.number("limit"));
    ArrayNode suggestions = Jsons.array();
    for (JsonNode rule : rules) {
      long positive = rule.get("positive").longValue();
      long negative = rule.get("negative").longValue();
      double ratio = positive == 0 ? 0 : (double) negative / positive;
      if (positive >= minPositives
          && ratio <= maxRatio
          && positive - negative >= minPositives - 1) {
        suggestions.add(suggestion(rule, ratio));
      }
    }
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("kind", "rule_promotion_suggest");
    ObjectNode thresholds = body.putObject("thresholds").put("min_positives", minPositives);
    Figures.put(thresholds, "max_neg_ratio", maxRatio);
    thresholds.put("min_score", minPositives - 1);
    body.put("limit_scanned", given.number("limit")).put("suggested", suggestions.size());
    body.set("suggestions", suggestions);
    body.put(
        "next_step",
        suggestions.isEmpty()
            ? "nothing to promote"
            : "run rule-promotion-governance for each, then set its state to active");
    return JobResult.judged(!given.flag("strict") || suggestions.isEmpty(), body);
  }

  private static ObjectNode suggestion(JsonNode rule, double ratio) {
    long positive = rule.get("positive").longValue();
    long negative = rule.get("negative").longValue();
    ObjectNode json = Jsons.object();
    for (String key : List.of("rule_node_id", "state", "summary")) {
      json.set(key, rule.get(key));
    }
    json.put("positive_count", positive)
        .put("negative_count", negative)
        .put("score", positive - negative);
    Figures.put(json, "negative_ratio", GateChecks.rounded(ratio));
    for (String key :
        List.of("positive_runs", "negative_runs", "updated_at", "last_evaluated_at", "commit_id")) {
      json.set(key, rule.get(key));
    }
    json.put("should_promote_to_active", true)
        .putArray("reasons")
        .add("enough positive feedback, and little that is negative");
    ObjectNode own = json.putObject("rule");
    own.set("if", rule.get("if_json"));
    own.set("then", rule.get("then_json"));
    own.set("exceptions", rule.get("exceptions_json"));
    return json;
  }
}
