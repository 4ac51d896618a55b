package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.kernel.Jsons;

/**
 * The checks of a gate and its verdict. A failed error fails the gate always, a failed warning when
 * it was asked to be strict: there is no way of being strict about warnings alone.
 */
final class GateChecks {
  private static final String STRICT = "strict";
  private static final String STRICT_WARNINGS = "strict-warnings";
  private static final double SIX_DECIMALS = 1_000_000;

  private final ArrayNode checks = Jsons.array();
  private final ArrayNode failedErrors = Jsons.array();
  private final ArrayNode failedWarnings = Jsons.array();

  /** How bad it is when a check fails. */
  enum Severity {
    ERROR("error"),
    WARNING("warning");

    private final String label;

    Severity(String label) {
      this.label = label;
    }
  }

  static JobParameter strict() {
    return JobParameter.flag(STRICT, "fail on any failed check");
  }

  static JobParameter strictWarnings() {
    return JobParameter.flag(STRICT_WARNINGS, "fail on failed warnings too; errors always fail");
  }

  static double rounded(double value) {
    return Math.round(value * SIX_DECIMALS) / SIX_DECIMALS;
  }

  /** A part of a whole; 1 when there is no whole. */
  static double share(double part, double whole) {
    return whole == 0 ? 1 : part / whole;
  }

  GateChecks atLeast(Severity severity, String name, double value, double limit, String note) {
    return add(severity, name, value >= limit, value, ">=", limit, note);
  }

  GateChecks atMost(Severity severity, String name, double value, double limit, String note) {
    return add(severity, name, value <= limit, value, "<=", limit, note);
  }

  /** A check that is true or not. */
  GateChecks holds(Severity severity, String name, boolean pass, String note) {
    return add(severity, name, pass, pass ? 1 : 0, ">=", 1, note);
  }

  private GateChecks add(
      Severity severity,
      String name,
      boolean pass,
      double value,
      String op,
      double limit,
      String note) {
    ObjectNode check = checks.addObject().put("name", name).put("severity", severity.label);
    check.put("status", pass ? "pass" : "fail").put("pass", pass);
    Figures.put(check, "value", rounded(value));
    Figures.put(check.putObject("threshold").put("op", op), "value", limit);
    check.put("note", note);
    if (!pass) {
      (severity == Severity.ERROR ? failedErrors : failedWarnings).add(name);
    }
    return this;
  }

  boolean hasErrors() {
    return !failedErrors.isEmpty();
  }

  boolean hasWarnings() {
    return !failedWarnings.isEmpty();
  }

  ArrayNode json() {
    return checks;
  }

  /** Names of the checks that failed. */
  Iterable<JsonNode> failed() {
    return Jsons.array().addAll(failedErrors).addAll(failedWarnings);
  }

  ObjectNode summary() {
    ObjectNode summary = Jsons.object().put("pass", !hasErrors() && !hasWarnings());
    summary.set("failed_errors", failedErrors);
    summary.set("failed_warnings", failedWarnings);
    return summary;
  }

  JobResult verdict(JobParameters parameters, ObjectNode body) {
    boolean strict = parameters.flag(STRICT) || parameters.flag(STRICT_WARNINGS);
    return JobResult.judged(!hasErrors() && !(strict && hasWarnings()), body);
  }
}
