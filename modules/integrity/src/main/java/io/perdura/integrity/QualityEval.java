package io.perdura.integrity;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Measures a scope against four thresholds (jobs-gates, section 4). Where there is nothing to
 * measure it says so; that is no pass.
 */
@ApplicationScoped
public class QualityEval implements ReportWork {
  private final Database database;
  private final Settings settings;
  private final JobDefinition definition;

  @Inject
  QualityEval(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
    this.definition = QualityOptions.definition(settings);
  }

  protected QualityEval() {
    this(null, null);
  }

  /** An evaluation without container, for tests and tools. */
  public static QualityEval of(Database database, Settings settings) {
    return new QualityEval(database, settings);
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    QualityOptions options = QualityOptions.of(parameters, settings);
    ObjectNode body = evaluate(options);
    boolean failed = !body.path("summary").path("failed").isEmpty();
    if (failed && options.strict()) {
      return JobResult.judged(false, body);
    }
    return body.path("summary").path("insufficient_data").booleanValue()
        ? new JobResult(JobResult.Verdict.SKIPPED, body)
        : JobResult.passed(body);
  }

  ObjectNode evaluate(QualityOptions options) {
    QualityMetrics metrics =
        Snapshot.read(
            database, "quality evaluation", connection -> QualityMetrics.read(connection, options));
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", options.scope().scope())
            .put("tenant_id", options.scope().tenant().value());
    body.putObject("thresholds")
        .put("min_ready_ratio", options.minReadyRatio())
        .put("max_alias_rate", options.maxAliasRate())
        .put("max_archive_ratio", options.maxArchiveRatio())
        .put("min_fresh_30d_ratio", options.minFreshRatio())
        .put("grace_seconds", options.graceSeconds());
    body.set("metrics", metrics.json());
    boolean hasNodes = metrics.count("total") > 0;
    Judge judge = new Judge(body.putArray("checks"));
    judge.atLeast(
        "embedding_ready_ratio",
        metrics.readyRatio(),
        options.minReadyRatio(),
        hasNodes && metrics.canJudgeVectors());
    judge.atMost("alias_rate", metrics.aliasRate(), options.maxAliasRate(), hasNodes);
    judge.atMost("archive_ratio", metrics.archiveRatio(), options.maxArchiveRatio(), hasNodes);
    judge.atLeast("fresh_30d_ratio", metrics.freshRatio(), options.minFreshRatio(), hasNodes);
    ObjectNode summary =
        body.putObject("summary").put("pass", judge.failed.isEmpty() && judge.unproven.isEmpty());
    summary.set("failed", judge.failed);
    summary.put("insufficient_data", !judge.unproven.isEmpty());
    summary.set("unproven", judge.unproven);
    return body;
  }

  /** Holds figures against thresholds. */
  private static final class Judge {
    private final ArrayNode checks;
    private final ArrayNode failed = Jsons.array();
    private final ArrayNode unproven = Jsons.array();

    Judge(ArrayNode checks) {
      this.checks = checks;
    }

    void atLeast(String name, double value, double threshold, boolean hasData) {
      add(name, value, ">=", threshold, value >= threshold, hasData);
    }

    void atMost(String name, double value, double threshold, boolean hasData) {
      add(name, value, "<=", threshold, value <= threshold, hasData);
    }

    private void add(
        String name, double value, String op, double threshold, boolean holds, boolean hasData) {
      ObjectNode check = checks.addObject().put("name", name).put("pass", hasData && holds);
      if (hasData) {
        check.put("value", QualityMetrics.rounded(value));
      } else {
        check.putNull("value");
      }
      check.putObject("threshold").put("op", op).put("value", threshold);
      check.put("status", hasData ? holds ? "pass" : "fail" : "insufficient_data");
      if (!hasData) {
        unproven.add(name);
      } else if (!holds) {
        failed.add(name);
      }
    }
  }
}
