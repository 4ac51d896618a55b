package io.perdura.embedding;

import java.io.IOException;
import java.time.Duration;

/**
 * An attempt that found the provider out of order: no connection, no answer in time, or 5xx. This
 * is what the circuit breaker counts; a throttled or refused request is not an outage.
 */
final class ProviderOutage extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final Duration retryAfter;

  /** {@code status} 0 and {@code retryAfter} null when there was no answer that could say. */
  ProviderOutage(int status, Duration retryAfter, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  EmbeddingFailure asFailure() {
    return EmbeddingFailure.unavailable(status, getMessage(), this).after(retryAfter);
  }
}
