package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Writes down a tenant's requests by the hour, for keeping: as JSON and as a page for people. */
@ApplicationScoped
public class TimeSeriesJob implements ReportWork {
  private static final String NAME = "tenant-timeseries-export";
  private static final int SHOWN_ROWS = 60;

  private final TimeSeries series;
  private final TenantReports reports;
  private final Settings settings;

  @Inject
  TimeSeriesJob(TimeSeries series, TenantReports reports, Settings settings) {
    this.series = series;
    this.reports = reports;
    this.settings = settings;
  }

  /** For the container's proxy. */
  protected TimeSeriesJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            NAME,
            "Writes down a tenant's requests by the hour.",
            false,
            JobSupport.tenant("the configured one"),
            JobSupport.whole("window-hours", 168, 1, 720, "Hours that are written down."),
            JobSupport.whole("limit", 5_000, 1, 20_000, "Rows of an hour and an endpoint at most."),
            JobParameter.text("run-id", null, "Names the export."))
        .where(JobSupport.check());
  }

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    String tenant = JobSupport.tenantOrDefault(given, settings);
    Actor actor = JobSupport.actor(NAME, tenant);
    JsonNode report = series.read(tenant, JobSupport.query(given, "window-hours", "limit"), actor);
    if (report.has("warning")) {
      throw new IllegalStateException(report.get("warning").textValue());
    }
    ObjectNode body = Jsons.object().put("ok", true).put("tenant_id", tenant);
    body.put("run_id", given.text("run-id").orElse(null));
    body.put("window_hours", report.get("window_hours").intValue());
    body.set("report", report);
    body.set("dashboard", reports.dashboard(tenant, actor).get("dashboard"));
    body.put("report_markdown", page(tenant, report));
    return JobResult.passed(body);
  }

  private static String page(String tenant, JsonNode report) {
    StringBuilder out = new StringBuilder("# Requests of ").append(tenant).append("\n\n");
    out.append("The ").append(report.get("window_hours")).append(" hours before ");
    out.append(report.get("generated_at").textValue()).append(".\n\n## Error budget\n\n");
    String[] budget = {
      "endpoint", "total", "server_errors", "throttled", "error_budget_consumed", "error_rate"
    };
    table(out, report.get("budget"), budget, Integer.MAX_VALUE);
    out.append("\n## Hours\n\n");
    String[] hours = {
      "bucket_utc",
      "endpoint",
      "total",
      "server_errors",
      "throttled",
      "client_errors",
      "latency_p50_ms",
      "latency_p95_ms",
      "latency_p99_ms"
    };
    table(out, report.get("series"), hours, SHOWN_ROWS);
    return out.toString();
  }

  private static void table(StringBuilder out, JsonNode rows, String[] columns, int most) {
    out.append("| ").append(String.join(" | ", columns)).append(" |\n|");
    out.append(" --- |".repeat(columns.length)).append('\n');
    int shown = 0;
    for (JsonNode row : rows) {
      if (shown++ == most) {
        return;
      }
      out.append('|');
      for (String column : columns) {
        out.append(' ').append(row.path(column).asText()).append(" |");
      }
      out.append('\n');
    }
  }
}
