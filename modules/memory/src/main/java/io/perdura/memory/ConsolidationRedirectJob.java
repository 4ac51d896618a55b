package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Moves the edges of merged nodes to what they were merged into, until no alias has any left. */
@ApplicationScoped
public class ConsolidationRedirectJob implements PagedWork {
  private static final String JOB = "consolidation_redirect_edges";
  private static final int LISTED = 200;
  private static final int DRY_RUN_EDGES = 100_000;
  private static final String ALIASES = "aliases";
  private static final String SCANNED = "scanned_aliases";
  private static final String TOUCHED = "touched_edges";
  private static final String REDIRECTED = "redirected_edges";
  private static final String SELF_LOOPS = "dropped_self_loops";
  private static final String DELETED = "deleted_alias_edges";

  private final Settings settings;

  @Inject
  ConsolidationRedirectJob(Settings settings) {
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected ConsolidationRedirectJob() {
    this(null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "consolidation-redirect-edges",
            "Moves the edges of merged nodes to what they were merged into.",
            true,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(
                "max-aliases",
                (long)
                    JobState.fallback(
                        settings, LifecycleSettings.MEMORY_CONSOLIDATION_REDIRECT_MAX_ALIASES),
                1,
                5_000,
                "Merged nodes that the run deals with at most."),
            JobParameter.number(
                "max-edges-per-alias",
                (long)
                    JobState.fallback(
                        settings,
                        LifecycleSettings.MEMORY_CONSOLIDATION_REDIRECT_MAX_EDGES_PER_ALIAS),
                1,
                20_000,
                "Edges of one node that one transaction moves; the rest follows in the next."),
            ConsolidationApplyJob.apply(),
            ConsolidationApplyJob.dryRun())
        .where(ScopeParameters.check(settings));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    ObjectNode state =
        Jsons.object()
            .put("started", EraseFence.now(tx.connection()).toString())
            .put("left", parameters.number("max-aliases"));
    state.putArray(ALIASES);
    return state;
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    TopicClustering.lock(tx, List.of(scope.key()));
    UUID alias = JobState.number(state, "left") == 0 ? null : next(tx, scope, state);
    if (alias == null) {
      return new Page(state, 0, true);
    }
    EdgeRedirect redirect = new EdgeRedirect(tx.connection(), alias);
    UUID canonical = redirect.canonical();
    if (canonical == null) {
      JobState.add(state, "unresolved_aliases", 1);
      done(state, alias);
      return new Page(state, 0, false);
    }
    boolean apply = ConsolidationApplyJob.isApplied(parameters);
    int limit = apply ? (int) parameters.number("max-edges-per-alias") : DRY_RUN_EDGES;
    int edges = redirect.plan(limit);
    if (apply && edges > 0) {
      redirect.lock();
      ObjectNode diff =
          Jsons.object()
              .put("alias_id", alias.toString())
              .put("canonical_id", canonical.toString())
              .put(DELETED, edges)
              .put(REDIRECTED, redirect.redirected())
              .put(SELF_LOOPS, redirect.selfLoops());
      String started = state.get("started").textValue();
      JobCommits.Commit commit =
          JobState.commit(tx.connection(), scope, JOB, started, alias + ":" + edges, diff, state);
      redirect.store(scope.key(), commit.id(), Timestamps.iso(Instant.now()));
    }
    count(state, alias, canonical, redirect, apply ? edges : 0, edges);
    if (edges < limit) {
      done(state, alias);
    }
    return new Page(state, edges, false);
  }

  private static UUID next(Tx tx, ScopeKey scope, ObjectNode state) throws SQLException {
    try (PreparedStatement select =
        tx.connection().prepareStatement(ConsolidationSql.NEXT_ALIASES)) {
      select.setString(1, scope.key());
      select.setObject(2, JobState.id(state, "after"));
      select.setInt(3, 1);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getObject(1, UUID.class) : null;
      }
    }
  }

  private static void done(ObjectNode state, UUID alias) {
    state.put("after", alias.toString());
    JobState.add(state, "left", -1);
  }

  private static void count(
      ObjectNode state, UUID alias, UUID canonical, EdgeRedirect redirect, int deleted, int edges) {
    ArrayNode listed = (ArrayNode) state.get(ALIASES);
    boolean isNew = !alias.toString().equals(state.path("current").textValue());
    if (isNew) {
      state.put("current", alias.toString());
      JobState.add(state, SCANNED, 1);
      if (listed.size() < LISTED) {
        listed
            .addObject()
            .put("alias_id", alias.toString())
            .put("canonical_id", canonical.toString());
      }
    }
    JsonNode last = listed.get(listed.size() - 1);
    boolean isListed = last.get("alias_id").textValue().equals(alias.toString());
    List<ObjectNode> all = isListed ? List.of((ObjectNode) last, state) : List.of(state);
    for (ObjectNode sums : all) {
      JobState.add(sums, TOUCHED, edges);
      JobState.add(sums, REDIRECTED, redirect.redirected());
      JobState.add(sums, SELF_LOOPS, redirect.selfLoops());
      JobState.add(sums, DELETED, deleted);
    }
    JobState.add(state, "upsert_edges", redirect.rows());
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    boolean apply = ConsolidationApplyJob.isApplied(parameters);
    ObjectNode body = JobState.head(Jsons.object(), scope, !apply).put("kind", JOB);
    JobState.putCommits(body, state);
    for (String key :
        List.of(
            SCANNED,
            "unresolved_aliases",
            TOUCHED,
            REDIRECTED,
            SELF_LOOPS,
            DELETED,
            "upsert_edges")) {
      body.put(key, JobState.number(state, key));
    }
    body.set(ALIASES, state.get(ALIASES));
    return JobResult.passed(body);
  }
}
