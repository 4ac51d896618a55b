package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);

  private static Optional<Duration> retryAfter(String header, String value) {
    return RetryAfter.read(
        HttpHeaders.of(Map.of(header, List.of(value)), (name, text) -> true), CLOCK);
  }

  @Test
  void pausesDoubleUpToTheLongestAndCarryUpToOneBaseOfNoise() {
    Backoff calm = new Backoff(10, 250, 5000, () -> 0);
    Backoff noisy = new Backoff(10, 250, 5000, () -> 0.999);

    assertThat(calm.pauseAfter(1, Optional.empty())).hasValue(Duration.ofMillis(250));
    assertThat(calm.pauseAfter(2, Optional.empty())).hasValue(Duration.ofMillis(500));
    assertThat(calm.pauseAfter(6, Optional.empty())).hasValue(Duration.ofSeconds(5));
    assertThat(calm.pauseAfter(10, Optional.empty())).hasValue(Duration.ofSeconds(5));
    assertThat(noisy.pauseAfter(1, Optional.empty())).hasValue(Duration.ofMillis(499));
  }

  @Test
  void theProviderMayAskForMoreButNotForMoreThanTheLongestPause() {
    Backoff backoff = new Backoff(2, 250, 5000, () -> 0);

    assertThat(backoff.pauseAfter(1, Optional.of(Duration.ofSeconds(3))))
        .hasValue(Duration.ofSeconds(3));
    assertThat(backoff.pauseAfter(1, Optional.of(Duration.ofMillis(1))))
        .hasValue(Duration.ofMillis(250));
    assertThat(backoff.pauseAfter(1, Optional.of(Duration.ofSeconds(6)))).isEmpty();
  }

  @Test
  void thereIsAnEndToTrying() {
    Backoff backoff = new Backoff(2, 250, 5000, () -> 0);

    assertThat(backoff.pauseAfter(2, Optional.empty())).isPresent();
    assertThat(backoff.pauseAfter(3, Optional.empty())).isEmpty();
  }

  @Test
  void retryAfterIsReadInAllItsForms() {
    assertThat(retryAfter("retry-after", "2")).hasValue(Duration.ofSeconds(2));
    assertThat(retryAfter("retry-after", "0.25")).hasValue(Duration.ofMillis(250));
    assertThat(retryAfter("retry-after-ms", "120")).hasValue(Duration.ofMillis(120));
    assertThat(retryAfter("retry-after", "Sat, 21 Nov 2026 10:00:07 GMT"))
        .hasValue(Duration.ofSeconds(7));
    assertThat(retryAfter("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT")).hasValue(Duration.ZERO);
  }

  @Test
  void anUnreadableRetryAfterIsNone() {
    assertThat(retryAfter("retry-after", "soon")).isEmpty();
    assertThat(retryAfter("retry-after", "-1")).isEmpty();
    assertThat(retryAfter("retry-after", "NaN")).isEmpty();
    assertThat(retryAfter("retry-after", "1e99")).isEmpty();
    assertThat(retryAfter("date", "x")).isEmpty();
  }
}
