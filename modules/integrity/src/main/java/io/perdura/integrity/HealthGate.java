package io.perdura.integrity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.JobWork;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.memory.EmbeddingModelBackfill;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * One verdict over a scope (jobs-gates, section 5): what the consistency check and the quality
 * evaluation say, and whether there was anything to look at. It changes nothing unless a repair is
 * asked for.
 */
@ApplicationScoped
public class HealthGate implements ReportWork {
  private static final Logger LOG = Logger.getLogger(HealthGate.class.getName());
  private static final String BACKFILL = "embedding-model-backfill";

  private final Database database;
  private final Settings settings;
  private final ConsistencyCheck consistency;
  private final QualityEval quality;
  private final Supplier<Stream<? extends JobWork>> works;
  private final JobDefinition definition;

  @Inject
  HealthGate(
      Database database,
      Settings settings,
      ConsistencyCheck consistency,
      QualityEval quality,
      @Any Instance<JobWork> works) {
    this(database, settings, consistency, quality, works::stream);
  }

  private HealthGate(
      Database database,
      Settings settings,
      ConsistencyCheck consistency,
      QualityEval quality,
      Supplier<Stream<? extends JobWork>> works) {
    this.database = database;
    this.settings = settings;
    this.consistency = consistency;
    this.quality = quality;
    this.works = works;
    this.definition = HealthOptions.definition(settings);
  }

  protected HealthGate() {
    this(null, null, null, null, Stream::empty);
  }

  /**
   * A gate without container, for tests and tools.
   *
   * @param works the jobs that it may run: repairs and other gates
   */
  public static HealthGate of(Database database, Settings settings, JobWork... works) {
    return new HealthGate(
        database,
        settings,
        ConsistencyCheck.of(database, settings),
        QualityEval.of(database, settings),
        () -> Stream.of(works));
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    HealthOptions options = new HealthOptions(parameters);
    ArrayNode reasons = Jsons.array();
    ObjectNode backfill = backfill(options, reasons);
    ObjectNode laneBackfill =
        options.asksFor("private-lane-backfill")
            ? other(
                "private-lane-owner-backfill",
                options.privateLaneBackfill(),
                "private_lane_backfill_failed",
                reasons)
            : skipped();
    ConsistencyReport report =
        consistency.check(consistency.definition().check(options.consistency()), progress);
    ObjectNode figures =
        quality.evaluate(
            QualityOptions.of(quality.definition().check(options.quality()), settings));
    ObjectNode loop = gate("execution-loop", options, reasons);
    ObjectNode policy = gate("policy-adaptation", options, reasons);
    judge(report, figures, options.strictWarnings(), reasons);

    ObjectNode body =
        Jsons.object()
            .put("ok", reasons.isEmpty())
            .put("scope", figures.path("scope").textValue())
            .put("tenant_id", figures.path("tenant_id").textValue())
            .put("consistency_check_set", options.checkSet());
    body.putObject("gate")
        .put("strict_warnings", options.strictWarnings())
        .set("fail_reasons", reasons);
    body.set("backfill", backfill);
    body.set("private_lane_backfill", laneBackfill);
    body.set("consistency", consistency(report));
    body.set("quality", quality(figures));
    body.set("execution_loop", loop);
    body.set("policy_adaptation", policy);
    return JobResult.judged(reasons.isEmpty(), body);
  }

  /** Without a model, and without a provider that could embed anew, there is no label to give. */
  private ObjectNode backfill(HealthOptions options, ArrayNode reasons) {
    if (!options.asksFor("backfill")) {
      return skipped();
    }
    boolean helpless =
        work(BACKFILL) instanceof EmbeddingModelBackfill job
            && !job.canEmbed()
            && !options.backfill().containsKey("model");
    return helpless
        ? skipped().put("reason", "cannot_infer_embedding_model")
        : other(BACKFILL, options.backfill(), "backfill_failed", reasons);
  }

  private JobWork work(String name) {
    return works.get().filter(job -> job.definition().name().equals(name)).findFirst().orElse(null);
  }

  private static ObjectNode skipped() {
    return Jsons.object().put("ok", true).put("skipped", true);
  }

  private static void judge(
      ConsistencyReport report, ObjectNode figures, boolean strictWarnings, ArrayNode reasons) {
    if (report.errors() > 0) {
      reasons.add("consistency_errors");
    }
    if (strictWarnings && report.warnings() > 0) {
      reasons.add("consistency_warnings");
    }
    addIfBroken(report, "outbox_dead_letters", "dead_letters", reasons);
    addIfBroken(report, "embedding_failed_nodes", "failed_embeddings", reasons);
    addIfBroken(report, "outbox_oldest_pending_age", "backlog_too_old", reasons);
    if (!figures.path("summary").path("failed").isEmpty()) {
      reasons.add("quality_eval_failed");
    }
    if (figures.path("summary").path("insufficient_data").booleanValue()) {
      reasons.add("insufficient_data");
    }
  }

  private static void addIfBroken(
      ConsistencyReport report, String check, String reason, ArrayNode reasons) {
    String status = report.status(check);
    if (status.equals("fail") || status.equals("error")) {
      reasons.add(reason);
    }
  }

  private static ObjectNode consistency(ConsistencyReport report) {
    JsonNode body = report.body();
    ObjectNode part =
        Jsons.object().put("errors", report.errors()).put("warnings", report.warnings());
    part.set("summary", body.path("summary"));
    part.set("checks", body.path("checks"));
    return part;
  }

  private static ObjectNode quality(ObjectNode figures) {
    JsonNode summary = figures.path("summary");
    JsonNode metrics = figures.path("metrics");
    ObjectNode part = Jsons.object().put("pass", summary.path("pass").booleanValue());
    part.set("summary", summary);
    part.set("failed_checks", summary.path("failed"));
    part.set("metrics", metrics);
    ObjectNode abstraction = part.putObject("abstraction");
    for (String name :
        new String[] {"compression_summaries", "compression_avg_citations", "clustering_quality"}) {
      abstraction.set(name, metrics.path(name));
    }
    return part;
  }

  private ObjectNode gate(String name, HealthOptions options, ArrayNode reasons) {
    String job = name + "-gate";
    return options.asksForGate(job)
        ? other(job, options.gate(name + "-arg"), job.replace('-', '_') + "_failed", reasons)
        : skipped();
  }

  /** Runs another job that was asked for; when it cannot be run, that is a reason as well. */
  private ObjectNode other(
      String name, Map<String, String> parameters, String reason, ArrayNode reasons) {
    JobWork work = work(name);
    if (work == null) {
      reasons.add(reason);
      return Jsons.object().put("ok", false).put("error", "this release has no job " + name);
    }
    try {
      JobResult result =
          switch (work) {
            case PagedWork pages -> JobLoop.run(pages, database, parameters);
            case ReportWork piece -> JobLoop.run(piece, parameters);
            default -> throw new IllegalStateException(name + " can only be run by itself");
          };
      ObjectNode body = result.body().deepCopy();
      boolean failed = result.verdict() == JobResult.Verdict.FAILED_GATE;
      if (failed) {
        reasons.add(reason);
      }
      return body.put("ok", !failed);
    } catch (Exception e) {
      LOG.log(Level.WARNING, "the health gate could not run " + name, e);
      reasons.add(reason);
      return Jsons.object().put("ok", false).put("error", e.getMessage());
    }
  }
}
