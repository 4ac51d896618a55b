package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Looks for pairs of duplicates page by page, then merges the best of them, all in one transaction.
 * A dry run unless {@code apply} is given; texts that contradict each other are left alone unless
 * somebody allows it.
 */
@ApplicationScoped
public class ConsolidationApplyJob implements PagedWork {
  static final String JOB = "consolidation_apply";
  private static final Set<String> GUARDED = Set.of("topic", "concept");
  private static final String RESULT = "result";

  /** Keys of the state: the search, and whether it is done. */
  private static final String SCAN = "scan";

  private static final String SCANNED = "is_scanned";

  private final Settings settings;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final Duration pageTime;

  @Inject
  ConsolidationApplyJob(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this(settings, generations, vectorEvents, ConsolidationScan.PAGE);
  }

  /**
   * @param pageTime how long a page of the search lasts
   */
  ConsolidationApplyJob(
      Settings settings, Generations generations, VectorEvents vectorEvents, Duration pageTime) {
    this.pageTime = pageTime;
    this.settings = settings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
  }

  /** For the container's proxy. */
  protected ConsolidationApplyJob() {
    this(null, null, null);
  }

  /** The two flags of a job that changes nothing unless it is told to. */
  static boolean isApplied(JobParameters parameters) {
    return parameters.flag("apply") && !parameters.flag("dry-run");
  }

  static JobParameter apply() {
    return JobParameter.flag("apply", "make the changes; without it nothing changes");
  }

  static JobParameter dryRun() {
    return JobParameter.flag("dry-run", "change nothing, also with apply");
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "consolidation-apply",
            "Merges the best pairs of duplicate nodes.",
            true,
            ConsolidationOptions.parameters(
                settings,
                JobParameter.number("limit-apply", 20L, 1, 500, "Pairs that are merged at most."),
                apply(),
                dryRun(),
                JobParameter.flag(
                    "allow-contradictory", "merge also texts that contradict each other")))
        .where(ConsolidationOptions.check(settings));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    generations.configuredGeneration();
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    Connection connection = tx.connection();
    ObjectNode scan =
        scan(parameters)
            .begin(connection, generations.serving(connection, scope.key()), scope.key());
    ObjectNode state = Jsons.object().put(Page.TOTAL, scan.path(Page.TOTAL).longValue());
    state.set(SCAN, scan);
    return state;
  }

  private ConsolidationScan scan(JobParameters parameters) {
    return new ConsolidationScan(ConsolidationOptions.of(parameters), settings);
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    ObjectNode search = (ObjectNode) state.get(SCAN);
    if (state.path(SCANNED).booleanValue()) {
      return merge(tx, parameters, state, search);
    }
    String scopeKey = ScopeParameters.of(parameters, settings).key();
    long before = ConsolidationScan.compared(search);
    boolean last = scan(parameters).page(tx.connection(), scopeKey, search, pageTime);
    state.put(SCANNED, last);
    return new Page(state, ConsolidationScan.compared(search) - before, false);
  }

  private Page merge(Tx tx, JobParameters parameters, ObjectNode state, ObjectNode search)
      throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    Connection connection = tx.connection();
    ConsolidationScan.Found found = scan(parameters).end(connection, search);
    state.remove(SCAN);
    TopicClustering.lock(tx, List.of(scope.key()));
    List<ConsolidationPair> selected =
        found.pairs().stream().limit(parameters.number("limit-apply")).toList();
    String now = Timestamps.iso(Instant.now());
    Plan plan = new Plan(new ConsolidationMerge(connection, scope.key()), guard(parameters));
    plan.decide(selected, now);
    boolean applied = isApplied(parameters) && !plan.merge.isEmpty();
    if (applied) {
      ObjectNode diff = Jsons.object();
      diff.set("applied", plan.applied);
      String figures = selected.size() + ":" + plan.applied.size();
      UUID commit = JobState.commit(connection, scope, JOB, now, figures, diff, state).id();
      List<UUID> ids = plan.merge.store(commit);
      int generation = generations.configured();
      tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scope.key(), generation, ids)));
    }
    state.set(RESULT, report(found, selected, plan, isApplied(parameters)));
    return new Page(state, 0, true);
  }

  private boolean guard(JobParameters parameters) {
    return settings.get(LifecycleSettings.MEMORY_CONSOLIDATION_BLOCK_CONTRADICTORY)
        && !parameters.flag("allow-contradictory");
  }

  /** Which pairs are merged, and why the others are not. */
  private static final class Plan {
    private final ConsolidationMerge merge;
    private final boolean guarded;
    private final Set<UUID> canonicals = new HashSet<>();
    private final Set<UUID> duplicates = new HashSet<>();
    private final ArrayNode plans = Jsons.array();
    private final ArrayNode applied = Jsons.array();
    private final ArrayNode candidates = Jsons.array();
    private final Map<String, Integer> skipped = new TreeMap<>();

    Plan(ConsolidationMerge merge, boolean guarded) {
      this.merge = merge;
      this.guarded = guarded;
    }

    void decide(List<ConsolidationPair> pairs, String now) throws SQLException {
      merge.lock(pairs);
      for (ConsolidationPair pair : pairs) {
        String reason = reason(pair);
        ObjectNode plan =
            Jsons.object()
                .put("pair_key", pair.key())
                .put("canonical_id", pair.canonical().id().toString())
                .put("duplicate_id", pair.duplicate().id().toString());
        Numbers.put(plan, "score", JobState.rounded(pair.score()));
        plan.put("action", reason == null ? "apply" : "skip").put("reason", reason);
        plan.set("conflict", pair.conflict().json());
        plans.add(plan);
        if (reason == null) {
          canonicals.add(pair.canonical().id());
          duplicates.add(pair.duplicate().id());
          applied.add(
              Jsons.object()
                  .put("pair_key", pair.key())
                  .put("canonical_id", pair.canonical().id().toString())
                  .put("duplicate_id", pair.duplicate().id().toString()));
          candidates.add(pair.candidate());
          merge.merge(pair, !guarded && pair.conflict().detected(), now);
        } else {
          skipped.merge(reason, 1, Integer::sum);
        }
      }
    }

    /** Returns why a pair cannot be merged, null when it can. */
    private String reason(ConsolidationPair pair) {
      ConsolidationMerge.Node canonical = merge.node(pair.canonical().id());
      ConsolidationMerge.Node duplicate = merge.node(pair.duplicate().id());
      if (canonical == null || duplicate == null) {
        return "missing_node";
      }
      if (!canonical.type.equals(duplicate.type)) {
        return "type_mismatch";
      }
      if (guarded && GUARDED.contains(canonical.type) && pair.conflict().detected()) {
        return "contradictory_candidate";
      }
      if (canonical.isProtected()) {
        return "canonical_protected";
      }
      if (duplicate.isProtected()) {
        return "duplicate_protected";
      }
      String selected = selected(canonical.id, duplicate.id);
      if (selected != null) {
        return selected;
      }
      if (canonical.aliasOf() != null) {
        return "canonical_is_alias";
      }
      if (duplicate.aliasOf() != null) {
        return duplicate.aliasOf().equals(canonical.id.toString())
            ? "already_applied"
            : "duplicate_alias_to_other";
      }
      return null;
    }

    private String selected(UUID canonical, UUID duplicate) {
      if (duplicates.contains(canonical)) {
        return "canonical_selected_as_duplicate";
      }
      if (duplicates.contains(duplicate)) {
        return "duplicate_already_selected";
      }
      return canonicals.contains(duplicate) ? "duplicate_selected_as_canonical" : null;
    }
  }

  private static ObjectNode report(
      ConsolidationScan.Found found, List<ConsolidationPair> selected, Plan plan, boolean applied) {
    ObjectNode body = Jsons.object();
    ObjectNode scanned = found.scanned();
    scanned.put("suggested", found.pairs().size()).put("selected", selected.size());
    body.set("scanned", scanned);
    body.put("planned_apply", plan.applied.size())
        .put("applied_pairs", applied ? plan.applied.size() : 0)
        .put("contradiction_guard_enabled", plan.guarded);
    body.set("plans", plan.plans);
    body.set("applied", applied ? plan.applied : Jsons.array());
    body.put("merge_protocol_version", ConsolidationPair.PROTOCOL);
    ArrayNode candidates = body.putArray("merge_candidates_v1");
    selected.forEach(pair -> candidates.add(pair.candidate()));
    body.set("planned_apply_v1", plan.candidates);
    ArrayNode reasons =
        body.putObject("safety").put("apply_flag_required", true).putArray("skipped_reasons");
    plan.skipped.forEach(
        (reason, count) -> reasons.addObject().put("reason", reason).put("count", count));
    return body;
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    ObjectNode body = JobState.head(Jsons.object(), scope, !isApplied(parameters)).put("kind", JOB);
    JobState.putCommits(body, state);
    body.setAll((ObjectNode) state.get(RESULT));
    return JobResult.passed(body);
  }
}
