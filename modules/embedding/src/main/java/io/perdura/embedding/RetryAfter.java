package io.perdura.embedding;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Reads how long a provider asks to be left alone. */
final class RetryAfter {
  private RetryAfter() {}

  /**
   * Returns the wait named by {@code retry-after-ms} (milliseconds) or {@code retry-after} (seconds
   * or an HTTP date), never negative; empty when absent or unreadable.
   */
  static Optional<Duration> read(HttpHeaders headers, Clock clock) {
    Optional<Duration> exact = headers.firstValue("retry-after-ms").flatMap(v -> number(v, 1));
    return exact.isPresent()
        ? exact
        : headers.firstValue("retry-after").flatMap(v -> number(v, 1000).or(() -> date(v, clock)));
  }

  private static Optional<Duration> number(String text, int unitMillis) {
    try {
      double value = Double.parseDouble(text.trim());
      return value >= 0 && value < 1e9
          ? Optional.of(Duration.ofMillis((long) Math.ceil(value * unitMillis)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String text, Clock clock) {
    try {
      ZonedDateTime when = ZonedDateTime.parse(text.trim(), DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), when.toInstant());
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
