package io.perdura.memory;

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
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Judges whether merging keeps up: few pairs wait, and no merged node has edges left. */
@ApplicationScoped
public class ConsolidationHealthJob implements ReportWork {
  private static final String DEPTH = "max-candidate-queue-depth";
  private static final String APPLIED = "min-apply-success-rate";
  private static final String REDIRECTED = "min-redirect-completeness";
  private static final String PENDING = "max-pending-alias-edges";

  private final Database database;
  private final Settings settings;
  private final Generations generations;

  @Inject
  ConsolidationHealthJob(Database database, Settings settings, Generations generations) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
  }

  /** For the container's proxy. */
  protected ConsolidationHealthJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "consolidation-health-slo",
            "Judges whether the merging of duplicates keeps up.",
            false,
            ConsolidationOptions.parameters(
                settings,
                JobParameter.number(DEPTH, 200L, 0, 1_000_000, "Pairs that may wait."),
                JobParameter.ratio(APPLIED, 0.98, 0, 1, "Least share of aliases that a job made."),
                JobParameter.ratio(REDIRECTED, 0.99, 0, 1, "Least share of aliases without edges."),
                JobParameter.number(
                    PENDING, 0L, 0, 1_000_000_000, "Edges of aliases that may be left."),
                JobParameter.flag("strict", "fail when a check fails")))
        .where(ConsolidationOptions.check(settings));
  }

  private record Aliases(long all, long marked, long withEdges, long edges) {}

  private record Look(ConsolidationScan.Found found, Aliases aliases) {}

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    ConsolidationOptions options = ConsolidationOptions.of(parameters);
    Look look =
        database.transaction(
            "consolidation health",
            tx ->
                new Look(
                    new ConsolidationScan(options, settings)
                        .run(
                            tx.connection(),
                            generations.serving(tx.connection(), scope.key()),
                            scope.key()),
                    aliases(tx, scope)));
    ConsolidationScan.Found found = look.found;
    Aliases aliases = look.aliases;
    double applied = aliases.all == 0 ? 1 : (double) aliases.marked / aliases.all;
    double redirected = aliases.all == 0 ? 1 : 1 - (double) aliases.withEdges / aliases.all;

    ObjectNode body = Jsons.object();
    ArrayNode checks = Jsons.array();
    boolean pass = atMost(checks, "candidate_queue_depth", found.found(), parameters.number(DEPTH));
    pass &= atLeast(checks, "apply_success_rate", applied, parameters.ratio(APPLIED));
    pass &= atLeast(checks, "redirect_completeness", redirected, parameters.ratio(REDIRECTED));
    pass &= atMost(checks, "pending_alias_edges", aliases.edges, parameters.number(PENDING));
    body.put("ok", pass)
        .put("scope", scope.scope())
        .put("tenant_id", scope.tenant().value())
        .put("mode", parameters.flag("strict") ? "strict" : "report");
    ObjectNode thresholds = body.putObject("thresholds");
    thresholds
        .put("max_candidate_queue_depth", parameters.number(DEPTH))
        .put("max_pending_alias_edges", parameters.number(PENDING));
    Numbers.put(thresholds, "min_apply_success_rate", parameters.ratio(APPLIED));
    Numbers.put(thresholds, "min_redirect_completeness", parameters.ratio(REDIRECTED));
    ObjectNode observed =
        body.putObject("observed")
            .put("candidate_queue_depth", found.found())
            .put("pair_candidates", found.found())
            .put("suggestions_scanned", found.pairs().size())
            .put("conflicts_detected", found.conflicts())
            .put("nodes_truncated", found.truncated())
            .put("alias_total", aliases.all)
            .put("alias_with_apply_marker", aliases.marked)
            .put("alias_with_incident_edges", aliases.withEdges)
            .put("incident_edges_on_alias_nodes", aliases.edges);
    Numbers.put(observed, "apply_success_rate", JobState.rounded(applied));
    Numbers.put(observed, "redirect_completeness", JobState.rounded(redirected));
    body.set("checks", checks);
    ObjectNode summary = body.putObject("summary").put("pass", pass);
    ArrayNode failed = summary.putArray("failed");
    checks.forEach(check -> {
      if (!check.get("pass").booleanValue()) {
        failed.add(check.get("name"));
      }
    });
    return JobResult.judged(pass || !parameters.flag("strict"), body);
  }

  private static Aliases aliases(Tx tx, ScopeKey scope) throws SQLException {
    try (PreparedStatement select = tx.connection().prepareStatement(ConsolidationSql.HEALTH)) {
      select.setString(1, scope.key());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Aliases(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
      }
    }
  }

  private static boolean atMost(ArrayNode checks, String name, long value, long limit) {
    boolean pass = value <= limit;
    checks
        .addObject()
        .put("name", name)
        .put("status", pass ? "pass" : "fail")
        .put("pass", pass)
        .put("value", value)
        .putObject("threshold")
        .put("lte", limit);
    return pass;
  }

  private static boolean atLeast(ArrayNode checks, String name, double value, double limit) {
    boolean pass = value >= limit;
    ObjectNode check =
        checks
            .addObject()
            .put("name", name)
            .put("status", pass ? "pass" : "fail")
            .put("pass", pass);
    Numbers.put(check, "value", JobState.rounded(value));
    Numbers.put(check.putObject("threshold"), "gte", limit);
    return pass;
  }
}
