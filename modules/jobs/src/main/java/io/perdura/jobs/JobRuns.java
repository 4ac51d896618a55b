package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Once;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The jobs and their runs, as administrators see them. */
@ApplicationScoped
public class JobRuns {
  private final Database database;
  private final JobCatalog catalog;

  /** For the container's proxy. */
  protected JobRuns() {
    this(null, null);
  }

  @Inject
  public JobRuns(Database database, JobCatalog catalog) {
    this.database = database;
    this.catalog = catalog;
  }

  /**
   * Who asks.
   *
   * @param name for the record
   * @param changes where the change is written down
   */
  public record Requester(String name, ChangeLog changes) {}

  /** What can be run: {@code {"ok", "jobs": [..]}}. */
  public JsonNode jobs() {
    ObjectNode body = Jsons.object().put("ok", true);
    ArrayNode jobs = body.putArray("jobs");
    for (JobDefinition job : catalog.definitions()) {
      ObjectNode entry = jobs.addObject().put("name", job.name()).put("purpose", job.purpose());
      entry.put("changes_data", job.changesData());
      ArrayNode parameters = entry.putArray("parameters");
      job.parameters().forEach(parameter -> parameters.add(describe(parameter)));
    }
    return body;
  }

  private static ObjectNode describe(JobParameter parameter) {
    ObjectNode entry =
        Jsons.object()
            .put("name", parameter.name())
            .put("type", parameter.kind().name().toLowerCase(Locale.ROOT))
            .put("default", parameter.fallback());
    switch (parameter.kind()) {
      case NUMBER -> entry.put("min", (long) parameter.min()).put("max", (long) parameter.max());
      case RATIO -> entry.put("min", parameter.min()).put("max", parameter.max());
      case CHOICE -> parameter.choices().forEach(entry.withArray("choices")::add);
      case TEXT, FLAG -> {} // nothing bounds them
    }
    return entry.put("purpose", parameter.purpose());
  }

  /**
   * Puts a run into the queue.
   *
   * @return {@code {"ok", "run": {..}}}
   * @throws ApiException 404 {@code unknown_job}, 400 {@code invalid_parameters} (all faults), 409
   *     {@code already_running}
   */
  public Once.Answer request(RunRequest wish, Requester requester, Once once) {
    JobDefinition job = catalog.require(wish.job()).definition();
    JobParameters parameters = check(job, wish.given());
    return database.once(
        once, "request a run", tx -> request(tx, job, parameters, wish, requester));
  }

  /** Checks parameters as {@link JobDefinition#check} does, for an administrator. */
  static JobParameters check(JobDefinition job, Map<String, String> given) {
    try {
      return job.check(given);
    } catch (IllegalArgumentException e) {
      throw RunRequest.invalid(e.getMessage());
    }
  }

  private static JsonNode request(
      Tx tx, JobDefinition job, JobParameters parameters, RunRequest wish, Requester requester)
      throws SQLException {
    String lane = RunLane.of(job, parameters);
    Optional<JobRun> other = JobRunsSql.conflicting(tx.connection(), job.name(), lane);
    if (other.isPresent()) {
      throw new ApiException(
          409,
          "already_running",
          job.name() + " is " + other.get().state() + " already",
          Jsons.object().put("run_id", other.get().id().toString()));
    }
    String target = parameters.text("node").orElse(null);
    if (target != null && !JobRunsSql.isWorker(tx.connection(), target)) {
      throw RunRequest.invalid("node must be a living server that runs jobs");
    }
    JobRun run =
        JobRunsSql.insert(
            tx.connection(),
            new JobRunsSql.Queued(
                job.name(), lane, parameters, requester.name(), wish.reason(), target));
    log(tx, requester, "job.run", run);
    return answer(run, false);
  }

  /**
   * Lists runs, newest first: {@code {"ok", "runs": [..]}} without their results.
   *
   * @param query {@code job}, {@code state}, {@code limit} (50, at most 500), {@code before} (a run
   *     id: only older ones)
   */
  public JsonNode list(Map<String, List<String>> query) {
    RunQuery wish = RunQuery.read(query);
    ObjectNode body = Jsons.object().put("ok", true);
    ArrayNode runs = body.putArray("runs");
    database
        .read("list runs", connection -> JobRunsSql.list(connection, wish))
        .forEach(run -> runs.add(run.json(false)));
    return body;
  }

  /** One run: {@code {"ok", "run": {..}}}; 404 {@code unknown_run}. */
  public JsonNode get(String id) {
    return answer(find(id), true);
  }

  /** The result of a run alone; 404 {@code no_result} while there is none. */
  public JsonNode result(String id) {
    JobRun run = find(id);
    if (run.result() == null) {
      throw new ApiException(
          404, "no_result", "run " + id + " has no result: it is " + run.state());
    }
    return run.result();
  }

  /**
   * Asks a run to stop at its next good place, wherever it runs; one that waits is stopped at once.
   *
   * @throws ApiException 404 {@code unknown_run}, 409 {@code not_running} when it has ended
   */
  public JsonNode stop(String id, Requester requester) {
    UUID run = id(id);
    return database.transaction(
        "stop a run",
        tx -> {
          JobRun stopped =
              JobRunsSql.stop(tx.connection(), run)
                  .orElseThrow(() -> refusal(run, "not_running", "is not running"));
          log(tx, requester, "job.stop", stopped);
          return answer(stopped, false);
        });
  }

  /**
   * Queues a run again that failed or was stopped; paged work goes on behind its last page.
   *
   * @throws ApiException 404 {@code unknown_run}, 409 {@code not_restartable}
   */
  public JsonNode restart(String id, Requester requester) {
    UUID run = id(id);
    return database.transaction(
        "restart a run",
        tx -> {
          JobRun queued =
              JobRunsSql.restart(tx.connection(), run)
                  .orElseThrow(
                      () -> refusal(run, "not_restartable", "neither failed nor was it stopped"));
          log(tx, requester, "job.restart", queued);
          return answer(queued, false);
        });
  }

  /** How many runs wait, and for how many seconds the oldest. */
  public double[] queue() {
    return database.read("measure the queue of runs", JobRunsSql::queue);
  }

  private ApiException refusal(UUID run, String code, String why) {
    find(run.toString());
    return new ApiException(409, code, "run " + run + " " + why);
  }

  private JobRun find(String id) {
    UUID run = id(id);
    return database
        .read("look a run up", connection -> RunBookSql.find(connection, run))
        .orElseThrow(() -> unknown(id));
  }

  private static UUID id(String text) {
    if (text == null || !Fields.UUID_GRAMMAR.matcher(text).matches()) {
      throw unknown(text);
    }
    return UUID.fromString(text);
  }

  private static ApiException unknown(String id) {
    return new ApiException(404, "unknown_run", "there is no run " + id);
  }

  private static JsonNode answer(JobRun run, boolean withResult) {
    ObjectNode body = Jsons.object().put("ok", true);
    body.set("run", run.json(withResult));
    return body;
  }

  private static void log(Tx tx, Requester requester, String action, JobRun run)
      throws SQLException {
    ObjectNode details = Jsons.object().put("job", run.job()).put("reason", run.reason());
    details.set("parameters", run.parameters());
    requester.changes().record(tx.connection(), action, "job_run", run.id().toString(), details);
  }
}
