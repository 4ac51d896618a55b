package io.perdura.integrity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobResult;
import io.perdura.kernel.Jsons;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The report of a consistency check, in the contract's fields (jobs-gates, section 3.6). */
public final class ConsistencyReport {
  private static final String CHECKS = "checks";
  private static final String SUMMARY = "summary";
  private static final String STATUS = "status";
  private static final String SCOPE_HAS_ROWS = "scope_has_rows";

  private final ObjectNode body;

  private ConsistencyReport(ObjectNode body) {
    this.body = body;
  }

  /** Reads a report that {@link #body} returned. */
  public static ConsistencyReport read(JsonNode body) {
    return new ConsistencyReport((ObjectNode) body.deepCopy());
  }

  static ConsistencyReport of(
      ConsistencyOptions options, List<ObjectNode> checks, int numbered, boolean scopeHasRows) {
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", options.scope().scope())
            .put("tenant_id", options.scope().tenant().value())
            .put("check_set", options.set().label())
            .put("mode", options.fast() ? "fast" : "full");
    if (options.batchSize() == 0) {
      body.putNull("batch");
    } else {
      body.putObject("batch")
          .put("size", options.batchSize())
          .put("index", options.batchIndex())
          .put("checks_seen", numbered);
    }
    body.put("strict", options.strict()).put("strict_warnings", options.strictWarnings());
    body.putObject(SUMMARY).put("sample_limit", options.sample());
    body.put(SCOPE_HAS_ROWS, scopeHasRows);
    ArrayNode all = body.putArray(CHECKS);
    checks.forEach(all::add);
    return new ConsistencyReport(body).tallied();
  }

  /**
   * Joins the reports of the slices of one check, made with the same parameters. A check that was
   * in none of them counts as one that could not be made.
   *
   * @throws IllegalArgumentException without any, or when they do not belong together
   */
  public static ConsistencyReport merge(List<ConsistencyReport> slices) {
    if (slices.isEmpty()) {
      throw new IllegalArgumentException("there is no report to join");
    }
    ObjectNode body = slices.getFirst().body.deepCopy();
    Map<String, JsonNode> checks = new LinkedHashMap<>();
    for (ConsistencyReport slice : slices) {
      for (String key : List.of("scope", "check_set", "mode")) {
        if (!slice.body.path(key).equals(body.path(key))) {
          throw new IllegalArgumentException("the reports differ in " + key);
        }
      }
      for (JsonNode check : slice.body.path(CHECKS)) {
        checks.merge(
            check.path("name").textValue(),
            check,
            (known, other) -> isSkipped(known) ? other : known);
      }
      if (slice.body.path(SCOPE_HAS_ROWS).booleanValue()) {
        body.put(SCOPE_HAS_ROWS, true);
      }
    }
    if (body.path("batch").isObject()) {
      ((ObjectNode) body.get("batch")).putNull("index").put("slices", slices.size());
    }
    ArrayNode all = body.putArray(CHECKS);
    checks.values().forEach(check -> all.add(isInAnotherSlice(check) ? unmade(check) : check));
    return new ConsistencyReport(body).tallied();
  }

  private static boolean isInAnotherSlice(JsonNode check) {
    return isSkipped(check) && check.path("note").asText().equals(CheckOutcome.IN_ANOTHER_SLICE);
  }

  private static JsonNode unmade(JsonNode check) {
    ObjectNode unmade = check.deepCopy();
    unmade.remove("note");
    return unmade
        .put(STATUS, CheckOutcome.Status.ERROR.label())
        .put("count", -1)
        .put("error", "no slice made the check");
  }

  private static boolean isSkipped(JsonNode check) {
    return check.path(STATUS).textValue().equals(CheckOutcome.Status.SKIPPED.label());
  }

  private ConsistencyReport tallied() {
    Map<String, Integer> byStatus = new LinkedHashMap<>();
    for (CheckOutcome.Status status : CheckOutcome.Status.values()) {
      byStatus.put(status.label(), 0);
    }
    int errors = 0;
    int warnings = 0;
    for (JsonNode check : body.path(CHECKS)) {
      String status = check.path(STATUS).textValue();
      byStatus.merge(status, 1, Integer::sum);
      boolean unseen = status.equals(CheckOutcome.Status.ERROR.label());
      if (unseen || status.equals(CheckOutcome.Status.FAIL.label())) {
        boolean error = check.path("severity").textValue().equals(Severity.ERROR.label());
        errors += unseen || error ? 1 : 0;
        warnings += unseen || error ? 0 : 1;
      }
    }
    int sampleLimit = body.path(SUMMARY).path("sample_limit").intValue();
    ObjectNode summary =
        body.putObject(SUMMARY)
            .put("errors", errors)
            .put("warnings", warnings)
            .put("sample_limit", sampleLimit);
    ObjectNode counts = summary.putObject("statuses");
    byStatus.forEach(counts::put);
    return this;
  }

  public ObjectNode body() {
    return body;
  }

  /** Checks that failed or could not be made and count as errors. */
  public int errors() {
    return body.path(SUMMARY).path("errors").intValue();
  }

  public int warnings() {
    return body.path(SUMMARY).path("warnings").intValue();
  }

  /** Whether the scope has any rows; without, its checks have proved nothing. */
  public boolean scopeHasRows() {
    return body.path(SCOPE_HAS_ROWS).booleanValue();
  }

  /** How a check ended: pass, fail, skipped or error; empty for a name that there is not. */
  String status(String name) {
    for (JsonNode check : body.path(CHECKS)) {
      if (check.path("name").textValue().equals(name)) {
        return check.path(STATUS).textValue();
      }
    }
    return "";
  }

  /**
   * What it means: errors fail it under strict, warnings too under strict-warnings; a scope without
   * rows is neither well nor broken.
   */
  public JobResult result() {
    boolean strictWarnings = body.path("strict_warnings").booleanValue();
    boolean strict = strictWarnings || body.path("strict").booleanValue();
    if ((strict && errors() > 0) || (strictWarnings && warnings() > 0)) {
      return JobResult.judged(false, body);
    }
    boolean asksForScope =
        !body.path("check_set").textValue().equals(CheckSet.CROSS_TENANT.label());
    return asksForScope && !scopeHasRows()
        ? new JobResult(JobResult.Verdict.SKIPPED, body)
        : JobResult.passed(body);
  }
}
