package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clocks of Berlin went forward on 2026-03-29 at 01:00 UTC and back on 2026-10-25 at 01:00 UTC. */
class CronTimesTest {
  @Test
  void aTimeOfDayFollowsTheZoneThroughTheYear() {
    assertThat(times("30 3 * * *", "2026-03-27T12:00:00Z", 3))
        .containsExactly("2026-03-28T02:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T01:30:00Z");
  }

  @Test
  void aTimeThatTheClockLeavesOutComesWhenTheJumpIsOver() {
    assertThat(times("30 2 * * *", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assertThat(times("15,45 2 * * *", "2026-03-28T12:00:00Z", 2))
        .as("both are left out: one run")
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:15:00Z");
  }

  @Test
  void aTimeThatComesTwiceCountsOnce() {
    assertThat(times("30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assertThat(times("30 2 * * *", "2026-10-25T01:10:00Z", 1))
        .as("asked within the second time")
        .containsExactly("2026-10-26T01:30:00Z");
  }

  @Test
  void whatComesEveryHourGoesByTheTimeThatPasses() {
    assertThat(times("30 * * * *", "2026-03-29T00:00:00Z", 3))
        .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
    assertThat(times("30 * * * *", "2026-10-25T00:00:00Z", 3))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    assertThat(times("*/20 * * * *", "2026-10-25T00:50:00Z", 4))
        .containsExactly(
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:20:00Z",
            "2026-10-25T01:40:00Z",
            "2026-10-25T02:00:00Z");
  }

  @Test
  void daysOfMonthAndWeekAreAlternatives() {
    assertThat(times("0 12 13 * 5", "2026-11-01T00:00:00Z", 5))
        .containsExactly(
            "2026-11-06T11:00:00Z",
            "2026-11-13T11:00:00Z",
            "2026-11-20T11:00:00Z",
            "2026-11-27T11:00:00Z",
            "2026-12-04T11:00:00Z");
  }

  @Test
  void aLeapDayIsWaitedFor() {
    assertThat(times("0 0 29 2 *", "2026-11-01T00:00:00Z", 1))
        .containsExactly("2028-02-28T23:00:00Z");
  }

  @Test
  void aDayThatNeverComesIsToldApart() {
    assertThat(
            CronTimes.of("0 0 30 2 *", ZoneId.of("Europe/Berlin"))
                .next(Instant.parse("2026-11-01T00:00:00Z")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "* * * *", "* * * * * *", "60 * * * *", "0 24 * * *", "x * * * *"})
  void whatIsNoExpressionIsRefused(String expression) {
    assertThatThrownBy(() -> CronTimes.of(expression, ZoneId.of("UTC")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> times(String cron, String after, int count) {
    CronTimes times = CronTimes.of(cron, ZoneId.of("Europe/Berlin"));
    List<String> found = new ArrayList<>();
    Instant instant = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      instant = times.next(instant).orElseThrow();
      found.add(instant.toString());
    }
    return found;
  }
}
