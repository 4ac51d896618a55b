package io.perdura.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff shortest = new Backoff(() -> 0);
  private final Backoff longest = new Backoff(() -> 0.999_999);

  @Test
  void pausesDoubleWithEachAttemptUpToTheLimitOfTheClass() {
    assertThat(seconds(longest, FailureClass.UNAVAILABLE, 1)).isEqualTo(1);
    assertThat(seconds(longest, FailureClass.UNAVAILABLE, 2)).isEqualTo(3);
    assertThat(seconds(longest, FailureClass.UNAVAILABLE, 5)).isEqualTo(31);
    assertThat(seconds(longest, FailureClass.UNAVAILABLE, 25)).isEqualTo(599);
    assertThat(seconds(longest, FailureClass.THROTTLED, 25)).isEqualTo(299);
    assertThat(seconds(longest, FailureClass.UNAVAILABLE, 10_000)).isEqualTo(599);
  }

  @Test
  void aRandomHalfIsTakenOff() {
    assertThat(shortest.pause(FailureClass.THROTTLED, 3, null)).isEqualTo(Duration.ofSeconds(10));
    assertThat(longest.pause(FailureClass.THROTTLED, 3, null))
        .isBetween(Duration.ofMillis(19_990), Duration.ofSeconds(20));
  }

  @Test
  void theOtherSidesWishIsTheLeastAndNeverShortens() {
    assertThat(shortest.pause(FailureClass.THROTTLED, 1, Duration.ofSeconds(60)))
        .isEqualTo(Duration.ofSeconds(60));
    assertThat(longest.pause(FailureClass.THROTTLED, 1, Duration.ofSeconds(60)))
        .isBetween(Duration.ofSeconds(65), Duration.ofSeconds(66));
    assertThat(shortest.pause(FailureClass.THROTTLED, 25, Duration.ofSeconds(1)))
        .isEqualTo(Duration.ofSeconds(150));
  }

  @Test
  void anUnheardOfClassPausesLikeUnknown() {
    assertThat(shortest.pause("solar_flare", 4, null))
        .isEqualTo(shortest.pause(FailureClass.UNKNOWN, 4, null));
  }

  private static long seconds(Backoff backoff, String failureClass, int attempts) {
    return backoff.pause(failureClass, attempts, null).toSeconds();
  }
}
