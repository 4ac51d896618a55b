package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ReportWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * Runs clustering, summaries, merging and redirects several times on the same copy of a scope, and
 * compares what comes of it. Every run has the same snapshot, so writers cannot make them differ,
 * and everything is rolled back at the end.
 */
@ApplicationScoped
public class ConsolidationReplayJob implements ReportWork {
  private static final String VARIANTS = "max-fingerprint-variants";
  private static final String NODES = "snapshot-nodes";

  private final Database database;
  private final Settings settings;
  private final Generations generations;

  @Inject
  ConsolidationReplayJob(Database database, Settings settings, Generations generations) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
  }

  /** For the container's proxy. */
  protected ConsolidationReplayJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "consolidation-replay-determinism",
            "Runs the jobs of consolidation several times on a copy and compares the results.",
            false,
            ConsolidationOptions.parameters(
                settings,
                JobParameter.number("runs", 3L, 2, 20, "How often the jobs run."),
                JobParameter.number(VARIANTS, 1L, 1, 20, "Different results that are allowed."),
                JobParameter.number(
                    NODES,
                    2_000L,
                    10,
                    20_000,
                    "Nodes that are copied, the newest first; the copy lives in one transaction."),
                JobParameter.flag("strict", "fail when the results differ")))
        .where(ConsolidationOptions.check(settings));
  }

  /** Carries the results out of a transaction that must not be committed. */
  private static final class DoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<ReplayFingerprint> fingerprints = new ArrayList<>();
    private transient ReplayCopy.Size size;

    DoneException() {
      super("rolled back on purpose", null, false, false);
    }
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    int runs = (int) parameters.number("runs");
    String name = "replay-" + UUID.randomUUID();
    ScopeKey copy = ScopeKey.of(scope.tenant(), name, settings.defaults());
    generations.configuredGeneration();
    DoneException done = replayed(parameters, scope, copy, runs, progress);
    List<ReplayFingerprint> prints = done.fingerprints;
    long combined = variants(prints, ReplayFingerprint::combined);
    boolean pass = combined <= parameters.number(VARIANTS);
    ObjectNode body =
        Jsons.object()
            .put("ok", pass)
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put("mode", parameters.flag("strict") ? "strict" : "report");
    ObjectNode thresholds =
        body.putObject("thresholds")
            .put("runs", runs)
            .put("max_fingerprint_variants", parameters.number(VARIANTS))
            .put("snapshot_nodes", parameters.number(NODES));
    thresholds.set("scan", ConsolidationOptions.of(parameters).json());
    body.putObject("copied")
        .put("nodes", done.size.nodes())
        .put("vectors", done.size.vectors())
        .put("edges", done.size.edges())
        .put("truncated", done.size.truncated());
    body.putObject("summary")
        .put("pass", pass)
        .put("combined_fingerprint_variants", combined)
        .put(
            "consolidation_fingerprint_variants",
            variants(prints, ReplayFingerprint::consolidation))
        .put("compression_fingerprint_variants", variants(prints, ReplayFingerprint::compression))
        .put("topic_fingerprint_variants", variants(prints, ReplayFingerprint::topic))
        .put("alias_fingerprint_variants", variants(prints, ReplayFingerprint::alias))
        .put("fingerprint_sha256", prints.getFirst().combined());
    ArrayNode snapshots = body.putArray("snapshots");
    for (int i = 0; i < prints.size(); i++) {
      ObjectNode one = snapshots.addObject().put("run", i + 1);
      one.setAll(prints.get(i).json());
      one.put("combined", prints.get(i).combined());
    }
    if (done.size.nodes() == 0) {
      return new JobResult(JobResult.Verdict.SKIPPED, body);
    }
    return JobResult.judged(pass || !parameters.flag("strict"), body);
  }

  private static long variants(
      List<ReplayFingerprint> prints, Function<ReplayFingerprint, String> part) {
    return prints.stream().map(part).distinct().count();
  }

  private DoneException replayed(
      JobParameters parameters, ScopeKey scope, ScopeKey copy, int runs, JobProgress progress) {
    try {
      return database.transaction(
          "replay of consolidation",
          tx -> {
            throw replay(tx, parameters, scope, copy, runs, progress);
          });
    } catch (DoneException done) {
      return done;
    }
  }

  private DoneException replay(
      Tx tx,
      JobParameters parameters,
      ScopeKey scope,
      ScopeKey copy,
      int runs,
      JobProgress progress)
      throws SQLException {
    Connection connection = tx.connection();
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read");
    }
    DoneException done = new DoneException();
    for (int run = 0; run < runs; run++) {
      Savepoint before = connection.setSavepoint();
      int limit = (int) parameters.number(NODES);
      done.size =
          new ReplayCopy(connection, scope.key(), copy.key()).copy(generations.configured(), limit);
      done.fingerprints.add(once(tx, parameters, copy));
      connection.rollback(before);
      progress.at(run + 1L, runs);
    }
    return done;
  }

  private ReplayFingerprint once(Tx tx, JobParameters parameters, ScopeKey copy)
      throws SQLException {
    VectorEvents nobody = VectorEvents.silent();
    Map<String, String> scope =
        Map.of(ScopeParameters.SCOPE, copy.scope(), ScopeParameters.TENANT, copy.tenant().value());
    runAll(new TopicClusterJob(settings, generations, nobody), tx, scope);
    runAll(new CompressionRollupJob(settings, generations, nobody), tx, scope);
    List<ConsolidationPair> candidates =
        new ConsolidationScan(ConsolidationOptions.of(parameters), settings)
            .run(tx.connection(), generations.configured(), copy.key())
            .pairs();
    Map<String, String> apply = new HashMap<>(scope);
    apply.put("apply", "true");
    runAll(new ConsolidationRedirectJob(settings), tx, apply);
    for (String key : ConsolidationOptions.NAMES) {
      parameters.text(key).ifPresent(value -> apply.put(key, value));
    }
    apply.put("limit-apply", "500");
    runAll(new ConsolidationApplyJob(settings, generations, nobody), tx, apply);
    apply.keySet().removeAll(ConsolidationOptions.NAMES);
    apply.remove("limit-apply");
    runAll(new ConsolidationRedirectJob(settings), tx, apply);
    return ReplayFingerprint.of(tx.connection(), copy.key(), candidates);
  }

  private static void runAll(PagedWork work, Tx tx, Map<String, String> given) throws SQLException {
    JobParameters parameters = work.definition().check(given);
    PagedWork.Page page = new PagedWork.Page(work.begin(tx, parameters), 0, false);
    while (!page.last()) {
      page = work.page(tx, parameters, page.state());
    }
  }
}
