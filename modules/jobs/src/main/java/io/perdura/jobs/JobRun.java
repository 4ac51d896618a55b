package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Timestamps;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A run as it stands in the database. */
public record JobRun(
    UUID id,
    String job,
    String state,
    String verdict,
    JsonNode parameters,
    String requestedBy,
    String reason,
    UUID scheduleId,
    Instant occurrenceAt,
    String node,
    long fence,
    int attempts,
    Long executionId,
    ObjectNode work,
    boolean pagesDone,
    long items,
    Long totalItems,
    long skipped,
    String error,
    JsonNode result,
    Instant createdAt,
    Instant startedAt,
    Instant attemptAt,
    long attemptItems,
    Instant progressAt,
    Instant endedAt) {
  /** States from which nothing moves but by an operator. */
  static final Set<String> ENDED = Set.of("succeeded", "failed", "stopped");

  /** All states, in the order of a run's life. */
  static final Set<String> STATES =
      Set.of("queued", "running", "stopping", "succeeded", "failed", "stopped");

  /** What {@link #read} reads. */
  static final String COLUMNS =
      """
      id, job, state, verdict, parameters, requested_by, reason, schedule_id, occurrence_at, node, fence, attempts,
      execution_id, state_json, pages_done, items, total_items, skipped, error, result, created_at, started_at,
      attempt_at, attempt_items, progress_at, ended_at\
      """;

  static JobRun read(ResultSet row) throws SQLException {
    return new JobRun(
        row.getObject("id", UUID.class),
        row.getString("job"),
        row.getString("state"),
        row.getString("verdict"),
        json(row, "parameters"),
        row.getString("requested_by"),
        row.getString("reason"),
        row.getObject("schedule_id", UUID.class),
        time(row, "occurrence_at"),
        row.getString("node"),
        row.getLong("fence"),
        row.getInt("attempts"),
        row.getObject("execution_id", Long.class),
        (ObjectNode) json(row, "state_json"),
        row.getBoolean("pages_done"),
        row.getLong("items"),
        row.getObject("total_items", Long.class),
        row.getLong("skipped"),
        row.getString("error"),
        json(row, "result"),
        time(row, "created_at"),
        time(row, "started_at"),
        time(row, "attempt_at"),
        row.getLong("attempt_items"),
        time(row, "progress_at"),
        time(row, "ended_at"));
  }

  /** Its parameters, as they were checked when it was asked for. */
  public JobParameters given() {
    TreeMap<String, String> values = new TreeMap<>();
    parameters.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
    return new JobParameters(values);
  }

  /** The run as the API shows it. */
  public ObjectNode json(boolean withResult) {
    ObjectNode run = Jsons.object().put("run_id", id.toString()).put("job", job);
    run.put("state", state).put("verdict", verdict).set("parameters", parameters);
    run.put("requested_by", requestedBy).put("reason", reason);
    run.put("schedule_id", scheduleId == null ? null : scheduleId.toString());
    run.put("occurrence_at", text(occurrenceAt)).put("node", node).put("attempts", attempts);
    run.put("created_at", text(createdAt)).put("started_at", text(startedAt));
    run.put("ended_at", text(endedAt)).set("progress", progress());
    run.put("error", error);
    if (withResult) {
      run.set("result", result);
    }
    return run;
  }

  private ObjectNode progress() {
    ObjectNode progress = Jsons.object().put("items", items).put("total", totalItems);
    progress.put("skipped", skipped);
    Double rate = rate();
    progress.put("rate_per_second", rate == null ? null : Math.round(rate * 10) / 10.0);
    boolean foreseeable = rate != null && rate > 0 && totalItems != null && !ENDED.contains(state);
    progress.put(
        "eta_seconds",
        foreseeable ? (Long) (long) Math.ceil(Math.max(0, totalItems - items) / rate) : null);
    return progress;
  }

  /** Items a second of the present attempt, or of the last. */
  private Double rate() {
    if (attemptAt == null || progressAt == null) {
      return null;
    }
    double seconds = Duration.between(attemptAt, progressAt).toMillis() / 1000.0;
    return seconds <= 0 ? null : (items - attemptItems) / seconds;
  }

  private static JsonNode json(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : Jsons.stored(text);
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static String text(Instant time) {
    return time == null ? null : Timestamps.iso(time);
  }
}
