package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * When a job is to run, again and again. Either {@code cron} or {@code intervalSeconds} is null.
 *
 * @param missedFire what becomes of occurrences at which nobody fired: {@code skip, once, all}
 * @param nextFireAt null while it is switched off
 */
record JobSchedule(
    UUID id,
    String name,
    String job,
    JsonNode parameters,
    String cron,
    Integer intervalSeconds,
    ZoneId timeZone,
    String missedFire,
    boolean enabled,
    long version,
    Instant nextFireAt,
    Instant lastFireAt) {
  static final String COLUMNS =
      "id, name, job, parameters, cron, interval_seconds, time_zone, missed_fire, enabled, version, next_fire_at, last_fire_at";

  /** An occurrence that is fired so late is not missed: somebody had to take over first. */
  static final Duration GRACE = Duration.ofSeconds(60);

  /** Occurrences that {@code all} makes up for at most: the newest. */
  static final int MOST_MADE_UP = 100;

  /** Occurrences that are counted one by one; of a longer absence only the last day is. */
  private static final int MOST_COUNTED = 10_000;

  static JobSchedule read(ResultSet row) throws SQLException {
    return new JobSchedule(
        row.getObject("id", UUID.class),
        row.getString("name"),
        row.getString("job"),
        Jsons.stored(row.getString("parameters")),
        row.getString("cron"),
        row.getObject("interval_seconds", Integer.class),
        ZoneId.of(row.getString("time_zone")),
        row.getString("missed_fire"),
        row.getBoolean("enabled"),
        row.getLong("version"),
        time(row, "next_fire_at"),
        time(row, "last_fire_at"));
  }

  /**
   * What is due.
   *
   * @param fire occurrences that become runs, oldest first
   * @param missed how many are let go
   * @param next the next one; null when it never comes again
   */
  record Due(List<Instant> fire, long missed, Instant next) {}

  /** Tells what is due at {@code now}, by the policy for missed occurrences. */
  Due due(Instant now) {
    Deque<Instant> newest = new ArrayDeque<>();
    long count = 0;
    Instant occurrence = nextFireAt;
    while (occurrence != null && !occurrence.isAfter(now)) {
      newest.addLast(occurrence);
      if (newest.size() > MOST_MADE_UP) {
        newest.removeFirst();
      }
      count++;
      occurrence =
          after(count % MOST_COUNTED == 0 ? latest(occurrence, now) : occurrence).orElse(null);
    }
    List<Instant> fire =
        switch (missedFire) {
          case "all" -> List.copyOf(newest);
          case "once" -> newest.isEmpty() ? List.of() : List.of(newest.getLast());
          default ->
              newest.isEmpty() || newest.getLast().isBefore(now.minus(GRACE))
                  ? List.of()
                  : List.of(newest.getLast());
        };
    return new Due(fire, count - fire.size(), occurrence);
  }

  /** Leaves out what lies further back than a day. */
  private Instant latest(Instant occurrence, Instant now) {
    Instant dayBefore = now.minus(Duration.ofDays(1));
    if (!occurrence.isBefore(dayBefore)) {
      return occurrence;
    }
    if (intervalSeconds == null) {
      return dayBefore;
    }
    long steps = Duration.between(occurrence, dayBefore).toSeconds() / intervalSeconds;
    return occurrence.plusSeconds(steps * intervalSeconds);
  }

  /** The first occurrence after an earlier one, or after it was switched on. */
  Optional<Instant> after(Instant instant) {
    return cron == null
        ? Optional.of(instant.plusSeconds(intervalSeconds))
        : CronTimes.of(cron, timeZone).next(instant);
  }

  /** The schedule as the API shows it. */
  ObjectNode json() {
    ObjectNode json = Jsons.object().put("id", id.toString()).put("name", name).put("job", job);
    json.set("parameters", parameters);
    json.put("cron", cron).put("interval_seconds", intervalSeconds);
    json.put("time_zone", timeZone.getId()).put("missed_fire", missedFire);
    json.put("enabled", enabled).put("version", version);
    json.put("next_fire_at", JobRun.text(nextFireAt));
    return json.put("last_fire_at", JobRun.text(lastFireAt));
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
