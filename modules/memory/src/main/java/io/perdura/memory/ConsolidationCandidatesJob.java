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
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Suggests pairs of nodes that may be the same thing twice. Changes nothing. */
@ApplicationScoped
public class ConsolidationCandidatesJob implements ReportWork {
  private final Database database;
  private final Settings settings;
  private final Generations generations;

  @Inject
  ConsolidationCandidatesJob(Database database, Settings settings, Generations generations) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
  }

  /** For the container's proxy. */
  protected ConsolidationCandidatesJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "consolidation-candidates",
            "Suggests pairs of nodes that may be the same thing twice.",
            false,
            ConsolidationOptions.parameters(
                settings,
                JobParameter.flag("no-summary", "leave the nodes' texts out of the result"),
                JobParameter.flag("strict", "fail when there is any suggestion")))
        .where(ConsolidationOptions.check(settings));
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    ConsolidationOptions options = ConsolidationOptions.of(parameters);
    ConsolidationScan.Found found =
        database.transaction(
            "consolidation candidates",
            tx ->
                new ConsolidationScan(options, settings)
                    .run(
                        tx.connection(),
                        generations.serving(tx.connection(), scope.key()),
                        scope.key()));
    progress.at(found.nodes(), found.nodes());
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("kind", "consolidation_candidates");
    body.set("thresholds", options.json());
    body.set("scanned", found.scanned());
    body.put("suggested", found.pairs().size()).put("conflict_detected", found.conflicts());
    ArrayNode suggestions = body.putArray("suggestions");
    boolean withSummary = !parameters.flag("no-summary");
    found.pairs().forEach(pair -> suggestions.add(pair.suggestion(withSummary)));
    body.put("merge_protocol_version", ConsolidationPair.PROTOCOL);
    ArrayNode candidates = body.putArray("merge_candidates_v1");
    found.pairs().forEach(pair -> candidates.add(pair.candidate()));
    body.put(
        "next_step",
        found.pairs().isEmpty()
            ? "nothing to merge"
            : "look at the pairs, then run consolidation-apply with apply=true");
    return JobResult.judged(!parameters.flag("strict") || found.pairs().isEmpty(), body);
  }
}
