package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

class TimestampsTest {
  @Test
  void databaseFormDropsTrailingZerosOfTheFraction() {
    assertThat(Timestamps.database(OffsetDateTime.parse("2026-02-24T12:11:12.120+02:00")))
        .isEqualTo("2026-02-24 10:11:12.12+00");
    assertThat(Timestamps.database(OffsetDateTime.parse("2026-02-24T10:11:12Z")))
        .isEqualTo("2026-02-24 10:11:12+00");
    assertThat(Timestamps.database(OffsetDateTime.parse("2026-02-24T10:11:12.000001Z")))
        .isEqualTo("2026-02-24 10:11:12.000001+00");
  }

  @Test
  void isoFormAlwaysHasMilliseconds() {
    assertThat(Timestamps.iso(Instant.parse("2026-02-24T10:11:12.1239Z")))
        .isEqualTo("2026-02-24T10:11:12.123Z");
  }
}
