package io.perdura.embedding;

import io.perdura.kernel.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When to try again: {@code min(max, base * 2^n) + random(0..base)} before attempt {@code n + 1},
 * or as long as the provider asked for, if that is longer.
 */
final class Backoff {
  private final int maxRetries;
  private final long baseMillis;
  private final long maxMillis;
  private final DoubleSupplier random;

  /** {@code random} returns numbers from 0 (inclusive) to 1 (exclusive). */
  Backoff(int maxRetries, long baseMillis, long maxMillis, DoubleSupplier random) {
    this.maxRetries = maxRetries;
    this.baseMillis = baseMillis;
    this.maxMillis = maxMillis;
    this.random = random;
  }

  static Backoff of(Settings settings, DoubleSupplier random) {
    return new Backoff(
        settings.get(EmbeddingSettings.EMBED_HTTP_MAX_RETRIES),
        settings.get(EmbeddingSettings.EMBED_HTTP_BASE_DELAY_MS),
        settings.get(EmbeddingSettings.EMBED_HTTP_MAX_DELAY_MS),
        random);
  }

  /**
   * Returns the pause after {@code failed} failed attempts (1 or more), or empty when no further
   * one makes sense: too many already, or the provider wants to be left alone for longer than the
   * longest pause.
   */
  Optional<Duration> pauseAfter(int failed, Optional<Duration> asked) {
    long asMillis = asked.map(Duration::toMillis).orElse(0L);
    if (failed > maxRetries || asMillis > maxMillis) {
      return Optional.empty();
    }
    int doublings = Math.min(failed - 1, 20);
    long pause = Math.min(maxMillis, baseMillis << doublings);
    pause += (long) (random.getAsDouble() * baseMillis);
    return Optional.of(Duration.ofMillis(Math.max(pause, asMillis)));
  }
}
