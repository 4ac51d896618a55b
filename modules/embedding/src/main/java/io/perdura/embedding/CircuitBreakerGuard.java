package io.perdura.embedding;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * MicroProfile Fault Tolerance's circuit breaker around attempts: after a run of outages the
 * provider is left alone for a while, and callers learn at once that it is away.
 *
 * <p>The figures below are replaced by the settings PERDURA_EMBED_BREAKER_*, through the property
 * names that MicroProfile gives to annotation members: see META-INF/microprofile-config.properties.
 * Retry, time limit and bulkhead are plain code in {@link HttpTransport}, because @Retry knows no
 * exponential back-off and no retry-after, @Bulkhead on a synchronous method refuses instead of
 * letting wait, and @Timeout cannot shrink to what a request's deadline leaves.
 */
@ApplicationScoped
class CircuitBreakerGuard implements AttemptGuard {
  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 10,
      failureRatio = 0.5,
      delay = 5_000,
      successThreshold = 2,
      failOn = ProviderOutage.class)
  public HttpReply attempt(Callable<HttpReply> attempt) throws Exception {
    return attempt.call();
  }
}
