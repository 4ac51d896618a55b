package io.perdura.client;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;

/** Whether a call that failed is sent again, and when. */
final class RetryPolicy {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);
  private static final Set<Integer> REFUSED_BEFORE_WORK = Set.of(429, 503);

  /** 503 codes that may come after the change: the connection was lost while committing, say. */
  private static final Set<String> IN_DOUBT = Set.of("database_unavailable", "audit_unavailable");

  private final int maxRetries;
  private final Duration maxRetryAfter;
  private final DoubleSupplier chance;

  /**
   * @param chance from 0 to 1
   */
  RetryPolicy(int maxRetries, Duration maxRetryAfter, DoubleSupplier chance) {
    this.maxRetries = maxRetries;
    this.maxRetryAfter = maxRetryAfter;
    this.chance = chance;
  }

  /**
   * How long to wait before the next attempt; empty = give up.
   *
   * @param attempts how many there were
   */
  Optional<Duration> pause(Operation.Safety safety, PerduraException failure, int attempts) {
    Duration told =
        failure instanceof ApiException ? ((ApiException) failure).retryAfter().orElse(null) : null;
    if (attempts > maxRetries || !isWorthwhile(safety, failure, told != null)) {
      return Optional.empty();
    }
    if (told == null) {
      return Optional.of(backOff(attempts));
    }
    return told.compareTo(maxRetryAfter) > 0 ? Optional.empty() : Optional.of(told);
  }

  private static boolean isWorthwhile(
      Operation.Safety safety, PerduraException failure, boolean told) {
    boolean repeatable = safety != Operation.Safety.UNKEYED;
    if (failure instanceof ApiException) {
      ApiException refusal = (ApiException) failure;
      return repeatable
          ? PASSING.contains(refusal.status())
          : told
              && REFUSED_BEFORE_WORK.contains(refusal.status())
              && !IN_DOUBT.contains(refusal.code());
    }
    return repeatable || wasNeverSent(failure.getCause());
  }

  private static boolean wasNeverSent(Throwable cause) {
    return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
  }

  /** Any time up to one that doubles: clients that failed together do not come back together. */
  private Duration backOff(int attempts) {
    long longest = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(attempts - 1, 10));
    return Duration.ofMillis(Math.round(longest * chance.getAsDouble()));
  }

  /** The value of {@code retry-after}, which is seconds or a date; empty when it says nothing. */
  static Optional<Duration> retryAfter(String header, Instant now) {
    String text = header.strip();
    if (text.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text))).filter(time -> !time.isZero());
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(now, then)).filter(time -> !time.isNegative());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
