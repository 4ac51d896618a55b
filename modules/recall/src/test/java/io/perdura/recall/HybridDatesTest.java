package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class HybridDatesTest {
  @Test
  void daysAreReadInAllUsualNotations() {
    HybridDates march7 = new HybridDates(2026, 3, 7);

    assertThat(HybridDates.namedIn("what happened on 2026-03-07?")).contains(march7);
    assertThat(HybridDates.namedIn("What did Ada say on 7 March 2026?")).contains(march7);
    assertThat(HybridDates.namedIn("on the 7th of March, 2026")).contains(march7);
    assertThat(HybridDates.namedIn("the plan of march 7th, 2026")).contains(march7);
  }

  @Test
  void monthsAreReadWithAndWithoutAYear() {
    assertThat(HybridDates.namedIn("trips in March 2026")).contains(new HybridDates(2026, 3, null));
    assertThat(HybridDates.namedIn("where did we go in March"))
        .contains(new HybridDates(null, 3, null));
    assertThat(HybridDates.namedIn("on March 7")).contains(new HybridDates(null, 3, 7));
  }

  @Test
  void aVerbThatLooksLikeAMonthAndDaysThatDoNotExistAreNoDates() {
    assertThat(HybridDates.namedIn("may I march there?")).isEmpty();
    assertThat(HybridDates.namedIn("on 31 February 2026")).isEmpty();
    assertThat(HybridDates.namedIn("version 2026-13-01")).isEmpty();
  }

  @Test
  void aMonthCoversItsDaysAndADayOnlyItself() {
    assertThat(new HybridDates(2026, 3, null).covers(LocalDate.of(2026, 3, 31))).isTrue();
    assertThat(new HybridDates(2026, 3, null).covers(LocalDate.of(2025, 3, 31))).isFalse();
    assertThat(new HybridDates(null, 3, null).covers(LocalDate.of(2025, 3, 31))).isTrue();
    assertThat(new HybridDates(2026, 3, 7).covers(LocalDate.of(2026, 3, 8))).isFalse();
  }
}
