package io.perdura.embedding;

import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.logging.Logger;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Posts JSON to a provider: a bounded number of calls at once, each attempt bounded in time and in
 * the size of its answer, repeated with back-off while that makes sense, all inside the deadline
 * that the calling thread has when the call begins.
 */
final class HttpTransport implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(HttpTransport.class.getName());
  private static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

  /** A provider that is silent for this long is out of order, whoever cannot wait longer. */
  private static final Duration FAIR_CHANCE = Duration.ofSeconds(2);

  private final AttemptGuard guard;
  private final Backoff backoff;
  private final Duration timeout;
  private final Semaphore slots;
  private final int concurrency;
  private final HttpClient client;

  HttpTransport(Settings settings, AttemptGuard guard) {
    this.guard = guard;
    this.backoff = Backoff.of(settings, () -> ThreadLocalRandom.current().nextDouble());
    this.timeout = Duration.ofMillis(settings.get(EmbeddingSettings.EMBED_HTTP_TIMEOUT_MS));
    this.concurrency = settings.get(EmbeddingSettings.EMBED_HTTP_MAX_CONCURRENCY);
    this.slots = new Semaphore(concurrency, true);
    // HTTP/1.1: small servers stumble over the upgrade that a client of both versions offers.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** Returns how many calls may be under way at once. */
  int concurrency() {
    return concurrency;
  }

  /**
   * Posts {@code body} and returns what {@code reader} makes of the successful answer. The reader
   * may throw EmbeddingFailure; a throttled or unavailable one is tried again like one of the
   * transport.
   */
  <T> T post(URI address, Optional<String> bearer, byte[] body, Function<HttpReply, T> reader) {
    Deadline deadline = Deadline.current();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    bearer.ifPresent(key -> request.header("authorization", "Bearer " + key));
    HttpRequest ready = request.build();
    for (int failed = 1; ; failed++) {
      try {
        return reader.apply(guarded(ready, deadline));
      } catch (EmbeddingFailure e) {
        Optional<Duration> pause =
            e.isTransient() && !isRefusal(e)
                ? backoff.pauseAfter(failed, e.retryAfter())
                : Optional.empty();
        if (pause.isEmpty() || pause.get().compareTo(deadline.remaining()) >= 0) {
          throw e;
        }
        LOG.fine(() -> "Embedding attempt failed, next in " + pause.get() + ": " + e.getMessage());
        sleep(pause.get());
      }
    }
  }

  private static boolean isRefusal(EmbeddingFailure failure) {
    return failure.getCause() instanceof CircuitBreakerOpenException;
  }

  private HttpReply guarded(HttpRequest request, Deadline deadline) {
    takeSlot(deadline);
    try {
      return accept(guard.attempt(() -> attempt(request, deadline)));
    } catch (EmbeddingFailure e) {
      throw e;
    } catch (ProviderOutage e) {
      throw e.asFailure();
    } catch (CircuitBreakerOpenException e) {
      throw EmbeddingFailure.unavailable(
          0, "the embedding provider failed too often and is left alone for a moment", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while embedding", e);
    } catch (Exception e) {
      throw EmbeddingFailure.unavailable(0, "embedding attempt failed: " + e, e);
    } finally {
      slots.release();
    }
  }

  private void takeSlot(Deadline deadline) {
    try {
      if (slots.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while embedding", e);
    }
    throw EmbeddingFailure.unavailable(
        0, "all " + concurrency + " calls to the embedding provider were busy", null);
  }

  /** One attempt, in which anything that counts as an outage is a {@link ProviderOutage}. */
  private HttpReply attempt(HttpRequest request, Deadline deadline)
      throws ProviderOutage, InterruptedException {
    Duration left = deadline.remaining();
    Duration limit = left.compareTo(timeout) < 0 ? left : timeout;
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(request, info -> new BoundedBody(MAX_ANSWER_BYTES));
    try {
      HttpResponse<byte[]> response = call.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      HttpReply reply = new HttpReply(response.statusCode(), response.headers(), response.body());
      if (reply.status() >= 500) {
        throw new ProviderOutage(
            reply.status(),
            retryAfter(reply).orElse(null),
            "the provider answered " + reply.status() + ": " + reply.excerpt(),
            null);
      }
      return reply;
    } catch (TimeoutException e) {
      call.cancel(true);
      String message = "no answer within " + limit.toMillis() + " ms";
      if (limit.compareTo(timeout) < 0 && limit.compareTo(FAIR_CHANCE) < 0) {
        // The caller had hardly any time left, which says nothing about the provider.
        throw EmbeddingFailure.unavailable(0, message, e);
      }
      throw new ProviderOutage(0, null, message, e);
    } catch (ExecutionException e) {
      throw new ProviderOutage(0, null, "no connection or a broken one: " + e.getCause(), e);
    } catch (InterruptedException e) {
      call.cancel(true);
      throw e;
    }
  }

  private static HttpReply accept(HttpReply reply) {
    if (reply.isSuccess()) {
      return reply;
    }
    String message = "the provider answered " + reply.status() + ": " + reply.excerpt();
    if (reply.status() == 429) {
      throw EmbeddingFailure.throttled(429, retryAfter(reply).orElse(null), message);
    }
    throw EmbeddingFailure.refused(reply.status(), message);
  }

  private static Optional<Duration> retryAfter(HttpReply reply) {
    return RetryAfter.read(reply.headers(), Clock.systemUTC());
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while embedding", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
