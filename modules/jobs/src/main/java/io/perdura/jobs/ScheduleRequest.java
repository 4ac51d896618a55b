package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.TextRules;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A schedule as an administrator wants it.
 *
 * @param given parameters of the job by name, each as text
 * @param version of the schedule that is to be replaced; null when a new one is made
 */
public record ScheduleRequest(
    String name,
    String job,
    Map<String, String> given,
    String cron,
    Integer intervalSeconds,
    ZoneId timeZone,
    String missedFire,
    boolean enabled,
    Long version) {
  private static final Set<String> POLICIES =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("skip", "once", "all")));
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_CRON = 200;
  private static final int LONGEST_INTERVAL = 366 * 24 * 3600;

  /** Reads the body of a new schedule. */
  public static ScheduleRequest create(JsonNode body) {
    return read(body, false);
  }

  /** Reads the body that replaces a schedule; it names the version that it replaces. */
  public static ScheduleRequest replace(JsonNode body) {
    return read(body, true);
  }

  private static ScheduleRequest read(JsonNode body, boolean replaces) {
    Fields fields = Fields.of(body);
    String rawName = fields.string("name", 1, LONGEST_NAME);
    String name = TextRules.trimToNull(rawName);
    if (rawName != null && name == null) {
      fields.reject("name", "must not be blank");
    }
    String job = fields.string("job", 1, LONGEST_NAME);
    JsonNode parameters = fields.optObject("parameters");
    String cron = TextRules.trimToNull(fields.optNullableString("cron", 0));
    Integer interval =
        fields.source().path("interval_seconds").isNull()
            ? null
            : fields.optInt("interval_seconds", 1, LONGEST_INTERVAL);
    ZoneId zone = zone(fields);
    String policy = fields.optEnum("missed_fire", POLICIES);
    boolean enabled = fields.bool("enabled", true);
    Integer version = fields.optInt("version", 1, Integer.MAX_VALUE);
    if (replaces && !fields.has("version")) {
      fields.reject("version", "Required");
    }
    checkCron(fields, cron, zone);
    fields.rule((cron == null) != (interval == null), "give either cron or interval_seconds");
    fields.throwIfInvalid();
    return new ScheduleRequest(
        name,
        job,
        RunRequest.texts(parameters),
        cron,
        interval,
        zone,
        policy == null ? "once" : policy,
        enabled,
        version == null ? null : version.longValue());
  }

  private static ZoneId zone(Fields fields) {
    String text = fields.optString("time_zone", 1, LONGEST_NAME);
    try {
      return text == null ? ZoneId.of("UTC") : ZoneId.of(text);
    } catch (DateTimeException e) {
      fields.reject("time_zone", "is no time zone");
      return null;
    }
  }

  private static void checkCron(Fields fields, String cron, ZoneId zone) {
    if (cron == null || zone == null) {
      return;
    }
    if (cron.length() > LONGEST_CRON) {
      fields.reject("cron", "String must contain at most " + LONGEST_CRON + " character(s)");
      return;
    }
    try {
      if (CronTimes.of(cron, zone).next(Instant.now()).isEmpty()) {
        fields.reject("cron", "never comes");
      }
    } catch (IllegalArgumentException e) {
      fields.reject("cron", e.getMessage());
    }
  }
}
