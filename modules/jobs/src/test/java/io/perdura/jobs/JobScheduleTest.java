package io.perdura.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JobScheduleTest {
  private static final Instant FIRST = Instant.parse("2026-11-21T03:00:00Z");

  @Test
  void anOccurrenceInTimeIsFiredWhateverThePolicy() {
    for (String policy : List.of("skip", "once", "all")) {
      JobSchedule.Due due = daily(policy).due(FIRST.plusSeconds(8));
      assertThat(due.fire()).as(policy).containsExactly(FIRST);
      assertThat(due.missed()).isZero();
      assertThat(due.next()).isEqualTo(FIRST.plus(Duration.ofDays(1)));
    }
  }

  @Test
  void nothingIsDueBeforeItsTime() {
    JobSchedule.Due due = daily("all").due(FIRST.minusMillis(1));

    assertThat(due.fire()).isEmpty();
    assertThat(due.missed()).isZero();
    assertThat(due.next()).isEqualTo(FIRST);
  }

  @Test
  void skipLetsGoWhatIsLate() {
    JobSchedule.Due due = daily("skip").due(FIRST.plus(Duration.ofHours(49)));

    assertThat(due.fire()).isEmpty();
    assertThat(due.missed()).isEqualTo(3);
    assertThat(due.next()).isEqualTo(FIRST.plus(Duration.ofDays(3)));
  }

  @Test
  void onceMakesUpForTheLast() {
    JobSchedule.Due due = daily("once").due(FIRST.plus(Duration.ofHours(49)));

    assertThat(due.fire()).containsExactly(FIRST.plus(Duration.ofDays(2)));
    assertThat(due.missed()).isEqualTo(2);
  }

  @Test
  void allMakesUpForEachInOrder() {
    JobSchedule.Due due = daily("all").due(FIRST.plus(Duration.ofHours(49)));

    assertThat(due.fire())
        .containsExactly(FIRST, FIRST.plus(Duration.ofDays(1)), FIRST.plus(Duration.ofDays(2)));
    assertThat(due.missed()).isZero();
  }

  @Test
  void allMakesUpForTheNewestHundred() {
    JobSchedule.Due due = every(60, "all").due(FIRST.plus(Duration.ofMinutes(250)));

    assertThat(due.fire()).hasSize(100);
    assertThat(due.fire().getLast()).isEqualTo(FIRST.plus(Duration.ofMinutes(250)));
    assertThat(due.missed()).isEqualTo(151);
    assertThat(due.next()).isEqualTo(FIRST.plus(Duration.ofMinutes(251)));
  }

  @Test
  void yearsOfAbsenceAreOverAtOnceAndTheGridIsKept() {
    Instant now = FIRST.plus(Duration.ofDays(3_000)).plusMillis(500);
    JobSchedule.Due due = every(7, "once").due(now);

    assertThat(due.fire()).hasSize(1);
    assertThat(Duration.between(FIRST, due.next()).toSeconds() % 7).isZero();
    assertThat(due.next()).isBetween(now, now.plusSeconds(7));
  }

  private static JobSchedule daily(String policy) {
    return schedule("0 3 * * *", null, policy);
  }

  private static JobSchedule every(int seconds, String policy) {
    return schedule(null, seconds, policy);
  }

  private static JobSchedule schedule(String cron, Integer seconds, String policy) {
    return new JobSchedule(
        UUID.randomUUID(),
        "s",
        "j",
        Jsons.object(),
        cron,
        seconds,
        ZoneId.of("UTC"),
        policy,
        true,
        1,
        FIRST,
        null);
  }
}
