package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobRuns.Requester;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** The schedules, as administrators see and change them. */
@ApplicationScoped
public class JobSchedules {
  private final Database database;
  private final JobCatalog catalog;
  private final Clock clock;

  /** For the container's proxy. */
  protected JobSchedules() {
    this(null, null, null);
  }

  @Inject
  public JobSchedules(Database database, JobCatalog catalog, Clock clock) {
    this.database = database;
    this.catalog = catalog;
    this.clock = clock;
  }

  /** All schedules by name: {@code {"ok", "schedules": [..]}}. */
  public JsonNode list() {
    ObjectNode body = Jsons.object().put("ok", true);
    ArrayNode schedules = body.putArray("schedules");
    database
        .read("list schedules", SchedulesSql::list)
        .forEach(schedule -> schedules.add(schedule.json()));
    return body;
  }

  /** One schedule: {@code {"ok", "schedule": {..}}}; 404 {@code unknown_schedule}. */
  public JsonNode get(String id) {
    return answer(find(id(id)));
  }

  /**
   * Makes a schedule.
   *
   * @throws ApiException 404 {@code unknown_job}, 400 {@code invalid_parameters}, 409 {@code
   *     schedule_exists}
   */
  public JsonNode create(ScheduleRequest wish, Requester requester) {
    check(wish);
    return database.transaction(
        "create a schedule",
        tx -> {
          JobSchedule made =
              SchedulesSql.insert(tx.connection(), wish, next(wish), requester.name())
                  .orElseThrow(() -> exists(wish));
          log(tx, requester, "job_schedule.create", made);
          return answer(made);
        });
  }

  /**
   * Replaces a schedule; its next occurrence is reckoned from now.
   *
   * @throws ApiException 404 {@code unknown_schedule} or {@code unknown_job}, 400 {@code
   *     invalid_parameters}, 409 {@code version_conflict} or {@code schedule_exists}
   */
  public JsonNode replace(String rawId, ScheduleRequest wish, Requester requester) {
    UUID id = id(rawId);
    check(wish);
    return database.transaction(
        "replace a schedule",
        tx -> {
          boolean taken =
              SchedulesSql.list(tx.connection()).stream()
                  .anyMatch(other -> other.name().equals(wish.name()) && !other.id().equals(id));
          if (taken) {
            throw exists(wish);
          }
          JobSchedule replaced =
              SchedulesSql.replace(tx.connection(), id, wish, next(wish))
                  .orElseThrow(() -> conflict(id));
          log(tx, requester, "job_schedule.replace", replaced);
          return answer(replaced);
        });
  }

  /** Removes a schedule; its runs stay. 404 {@code unknown_schedule}. */
  public JsonNode delete(String rawId, Requester requester) {
    UUID id = id(rawId);
    return database.transaction(
        "delete a schedule",
        tx -> {
          JobSchedule gone =
              SchedulesSql.find(tx.connection(), id).orElseThrow(() -> unknown(rawId));
          SchedulesSql.delete(tx.connection(), id);
          log(tx, requester, "job_schedule.delete", gone);
          return Jsons.object().put("ok", true).put("id", rawId);
        });
  }

  private void check(ScheduleRequest wish) {
    JobRuns.check(catalog.require(wish.job()).definition(), wish.given());
  }

  /** The first occurrence from now on; null while it is switched off. */
  private Instant next(ScheduleRequest wish) {
    if (!wish.enabled()) {
      return null;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return wish.cron() == null
        ? now.plusSeconds(wish.intervalSeconds())
        : CronTimes.of(wish.cron(), wish.timeZone()).next(now).orElse(null);
  }

  private JobSchedule find(UUID id) {
    return database
        .read("look a schedule up", connection -> SchedulesSql.find(connection, id))
        .orElseThrow(() -> unknown(id.toString()));
  }

  private ApiException conflict(UUID id) {
    return new ApiException(
        409,
        "version_conflict",
        "the schedule was changed meanwhile; read it and try again",
        Jsons.object().put("version", find(id).version()));
  }

  private static ApiException exists(ScheduleRequest wish) {
    return new ApiException(
        409, "schedule_exists", "there is a schedule named " + wish.name() + " already");
  }

  private static UUID id(String text) {
    if (text == null || !Fields.UUID_GRAMMAR.matcher(text).matches()) {
      throw unknown(text);
    }
    return UUID.fromString(text);
  }

  private static ApiException unknown(String id) {
    return new ApiException(404, "unknown_schedule", "there is no schedule " + id);
  }

  private static JsonNode answer(JobSchedule schedule) {
    ObjectNode body = Jsons.object().put("ok", true);
    body.set("schedule", schedule.json());
    return body;
  }

  private static void log(Tx tx, Requester requester, String action, JobSchedule schedule)
      throws SQLException {
    requester
        .changes()
        .record(tx.connection(), action, "job_schedule", schedule.id().toString(), schedule.json());
  }
}
