package io.perdura.outbox;

import java.time.Duration;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * The pause before an event's next attempt: it doubles with each attempt up to the limit of its
 * failure class, and a random half of it is taken off so that events that failed together come back
 * apart.
 */
final class Backoff {
  private static final Map<String, Range> RANGES =
      Map.of(
          FailureClass.THROTTLED, new Range(Duration.ofSeconds(5), Duration.ofMinutes(5)),
          FailureClass.UNAVAILABLE, new Range(Duration.ofSeconds(2), Duration.ofMinutes(10)),
          FailureClass.BAD_DATA, new Range(Duration.ofSeconds(60), Duration.ofHours(1)),
          FailureClass.REFUSED, new Range(Duration.ofSeconds(30), Duration.ofMinutes(15)),
          FailureClass.UNKNOWN, new Range(Duration.ofSeconds(5), Duration.ofMinutes(15)));

  private final DoubleSupplier random;

  /** {@code random} gives numbers from 0 (inclusive) to 1 (exclusive). */
  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * Returns the pause after attempt number {@code attempts} (1 = the first).
   *
   * @param retryAfter the least the other side asked for, null when it asked nothing
   */
  Duration pause(String failureClass, int attempts, Duration retryAfter) {
    Range range = RANGES.getOrDefault(failureClass, RANGES.get(FailureClass.UNKNOWN));
    long longest = range.longest.toMillis();
    int doublings = Math.min(Math.max(attempts, 1) - 1, 30);
    long full = Math.min(range.first.toMillis() << doublings, longest);
    long pause = full / 2 + (long) (random.getAsDouble() * (full - full / 2));
    if (retryAfter != null && retryAfter.toMillis() > pause) {
      // Spread over a tenth more, or all of them would return in the same instant.
      return retryAfter.plusMillis((long) (random.getAsDouble() * retryAfter.toMillis() / 10));
    }
    return Duration.ofMillis(pause);
  }

  private record Range(Duration first, Duration longest) {}
}
