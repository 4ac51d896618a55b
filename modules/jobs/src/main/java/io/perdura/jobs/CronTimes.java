package io.perdura.jobs;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Optional;

/**
 * When a cron expression of five fields comes due in a time zone.
 *
 * <p>Clocks jump twice a year. A time of day that a jump leaves out comes when the jump is over,
 * and one that comes twice counts the first time. Expressions for every hour (or every n-th) go by
 * the time that passes: they neither make up for hours that do not exist nor rest while an hour is
 * repeated.
 */
final class CronTimes {
  private static final CronDefinition UNIX =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);
  private static final int MOST_STEPS = 1_000;

  private final ExecutionTime times;
  private final boolean everyHour;
  private final ZoneRules rules;

  private CronTimes(Cron cron, ZoneId zone) {
    this.times = ExecutionTime.forCron(cron);
    this.rules = zone.getRules();
    FieldExpression hours = cron.retrieve(CronFieldName.HOUR).getExpression();
    this.everyHour = hours instanceof Always || hours instanceof Every;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  static CronTimes of(String expression, ZoneId zone) {
    return new CronTimes(new CronParser(UNIX).parse(expression).validate(), zone);
  }

  /** Returns the first time after {@code after}; empty when there is none. */
  Optional<Instant> next(Instant after) {
    return everyHour ? nextByTimePassing(after) : nextByTheClock(after);
  }

  private Optional<Instant> nextByTheClock(Instant after) {
    LocalDateTime cursor = LocalDateTime.ofInstant(after, rules.getOffset(after));
    for (int step = 0; step < MOST_STEPS; step++) {
      Optional<LocalDateTime> local = following(cursor, ZoneOffset.UTC);
      if (local.isEmpty()) {
        return Optional.empty();
      }
      Instant instant = instant(local.get());
      if (instant.isAfter(after)) {
        return Optional.of(instant);
      }
      cursor = local.get();
    }
    return Optional.empty();
  }

  /** A local time as an instant: the first of two, or the end of the gap that it lies in. */
  private Instant instant(LocalDateTime local) {
    List<ZoneOffset> offsets = rules.getValidOffsets(local);
    return offsets.isEmpty()
        ? rules.getTransition(local).getInstant()
        : local.toInstant(offsets.getFirst());
  }

  private Optional<Instant> nextByTimePassing(Instant after) {
    Instant from = after;
    for (int step = 0; step < MOST_STEPS; step++) {
      ZoneOffset offset = rules.getOffset(from.plusNanos(1));
      LocalDateTime cursor = LocalDateTime.ofInstant(from, offset);
      Optional<LocalDateTime> local = following(cursor, offset);
      if (local.isEmpty()) {
        return Optional.empty();
      }
      Instant instant = local.get().toInstant(offset);
      ZoneOffsetTransition jump = rules.nextTransition(from.plusNanos(1));
      if (jump == null || instant.isBefore(jump.getInstant())) {
        return Optional.of(instant);
      }
      from = jump.getInstant().minusNanos(1);
    }
    return Optional.empty();
  }

  private Optional<LocalDateTime> following(LocalDateTime cursor, ZoneOffset offset) {
    return times
        .nextExecution(ZonedDateTime.of(cursor, offset))
        .map(ZonedDateTime::toLocalDateTime);
  }
}
