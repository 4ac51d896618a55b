package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/** When incident publishing counts as degraded: floors, and a multiple of what was usual. */
record IncidentSlo(
    int windowHours,
    int baselineHours,
    int minJobs,
    double multiplier,
    double failureFloor,
    double deadFloor,
    int backlogWarning,
    int deadWarning,
    int deadCritical) {
  private static final int LONGEST_HOURS = 8_760;
  private static final int MOST_JOBS = 1_000_000;
  private static final double FAR = 1.5;

  /** Reads a query; what is out of range is clamped. */
  static IncidentSlo read(ListQuery query) {
    int window = query.integer("window_hours", 24, 1, LONGEST_HOURS);
    int least = Math.min(window + 1, LONGEST_HOURS);
    int deadWarning = query.integer("dead_letter_backlog_warning_abs", 20, 1, MOST_JOBS);
    return new IncidentSlo(
        window,
        query.integer("baseline_hours", Math.max(least, 168), least, LONGEST_HOURS),
        query.integer("min_jobs", 20, 1, MOST_JOBS),
        query.number("adaptive_multiplier", 2, 1, 20),
        query.number("failure_rate_floor", 0.05, 0, 1),
        query.number("dead_letter_rate_floor", 0.02, 0, 1),
        query.integer("backlog_warning_abs", 200, 1, MOST_JOBS),
        deadWarning,
        query.integer(
            "dead_letter_backlog_critical_abs", Math.max(deadWarning, 50), deadWarning, MOST_JOBS));
  }

  /** Judges counts; {@code counts} has slices {@code current} and {@code baseline}. */
  ObjectNode report(JsonNode counts) {
    Slice current = Slice.of(counts.get("current"));
    Slice baseline = Slice.of(counts.get("baseline"));
    boolean usual = baseline.total() >= minJobs;
    double failureLimit =
        Math.max(failureFloor, usual ? baseline.failureRate() * multiplier : failureFloor);
    double deadLimit = Math.max(deadFloor, usual ? baseline.deadRate() * multiplier : deadFloor);
    long open = counts.get("open_backlog").longValue();
    long dead = counts.get("dead_letter_backlog").longValue();
    boolean enough = current.total() >= minJobs;

    ObjectNode report = Jsons.object();
    report
        .putObject("snapshot")
        .put("anchor_utc", counts.get("anchor").textValue())
        .put("window_hours", windowHours)
        .put("baseline_hours", baselineHours);
    ObjectNode thresholds = report.putObject("thresholds").put("min_jobs", minJobs);
    thresholds.set("adaptive_multiplier", Wire.number(multiplier));
    thresholds.set("failure_rate_floor", Wire.number(failureFloor));
    thresholds.set("dead_letter_rate_floor", Wire.number(deadFloor));
    thresholds.set("failure_rate_threshold", Wire.rounded(failureLimit));
    thresholds.set("dead_letter_rate_threshold", Wire.rounded(deadLimit));
    thresholds
        .put("backlog_warning_abs", backlogWarning)
        .put("dead_letter_backlog_warning_abs", deadWarning)
        .put("dead_letter_backlog_critical_abs", deadCritical);
    ObjectNode metrics = report.putObject("metrics");
    metrics.set("current", current.json());
    metrics.set("baseline", baseline.json());
    metrics.putObject("backlog").put("open_backlog", open).put("dead_letter_backlog", dead);

    ArrayNode warnings = Jsons.array();
    signal(
        warnings, enough && current.failureRate() > failureLimit, "failure_rate_above_threshold");
    signal(warnings, enough && current.deadRate() > deadLimit, "dead_letter_rate_above_threshold");
    signal(warnings, open > backlogWarning, "open_backlog_above_threshold");
    signal(warnings, dead > deadWarning, "dead_letter_backlog_above_threshold");
    ArrayNode critical = Jsons.array();
    signal(
        critical,
        enough && current.failureRate() > FAR * failureLimit,
        "failure_rate_far_above_threshold");
    signal(
        critical,
        enough && current.deadRate() > FAR * deadLimit,
        "dead_letter_rate_far_above_threshold");
    signal(critical, dead > deadCritical, "dead_letter_backlog_critical");

    boolean degraded = !warnings.isEmpty() || !critical.isEmpty();
    report.put("degraded", degraded);
    report.put("severity", !critical.isEmpty() ? "critical" : degraded ? "warning" : null);
    report.set("warning_signals", warnings);
    report.set("critical_signals", critical);
    return report;
  }

  private static void signal(ArrayNode signals, boolean on, String name) {
    if (on) {
      signals.add(name);
    }
  }

  /** Jobs that ended in a slice of time. */
  private record Slice(long succeeded, long failed, long dead) {
    static Slice of(JsonNode counts) {
      return new Slice(
          counts.get("succeeded").longValue(),
          counts.get("failed").longValue(),
          counts.get("dead_letter").longValue());
    }

    long total() {
      return succeeded + failed + dead;
    }

    double failureRate() {
      return total() == 0 ? 0 : Wire.round((double) (failed + dead) / total());
    }

    double deadRate() {
      return total() == 0 ? 0 : Wire.round((double) dead / total());
    }

    ObjectNode json() {
      ObjectNode json = Jsons.object().put("succeeded", succeeded).put("failed", failed);
      json.put("dead_letter", dead).put("total_processed", total());
      json.set("failure_rate", Wire.number(failureRate()));
      json.set("dead_letter_rate", Wire.number(deadRate()));
      return json;
    }
  }
}
