package io.perdura.embedding;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Maps what can go wrong with a query's vector to the contract's answers (policy-control, section
 * 10.4). Never a 500: an unknown cause is an unavailable provider.
 */
final class QueryFailures {
  private static final Logger LOG = Logger.getLogger(QueryFailures.class.getName());
  private static final int THROTTLED_SECONDS = 2;
  private static final int LONGEST_SECONDS = 60;

  private static final long WARNING_PAUSE_NANOS = 1_000_000_000;

  private final BatchLimits limits;
  private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());

  QueryFailures(BatchLimits limits) {
    this.limits = limits;
  }

  ApiException toApi(RuntimeException cause) {
    return switch (cause) {
      case ApiException e -> e;
      case QueueFullException e -> queueFull(e.state());
      case QueueTimeoutException e -> queueTimeout(e);
      case EmbeddingFailure e -> provider(e);
      default -> {
        LOG.log(Level.SEVERE, "Embedding a query failed for a reason of our own", cause);
        yield unavailable(null);
      }
    };
  }

  private ApiException queueFull(QueueState state) {
    return because(
        null,
        new ApiException(
            429,
            "recall_text_embed_queue_full",
            "too many queries are waiting to be embedded; retry later",
            Jsons.object()
                .put("queued", state.queued())
                .put("max_queue", limits.queueMax())
                .put("inflight_batches", state.inflightBatches())
                .put("max_inflight_batches", limits.maxInflight()),
            1));
  }

  private ApiException queueTimeout(QueueTimeoutException e) {
    return because(
        e,
        new ApiException(
            503,
            "recall_text_embed_queue_timeout",
            "the query waited too long to be embedded; retry later",
            Jsons.object()
                .put("wait_ms", e.waited().toMillis())
                .put("queue_timeout_ms", limits.queueTimeout().toMillis())
                .put("queued", e.state().queued())
                .put("inflight_batches", e.state().inflightBatches()),
            2));
  }

  private ApiException provider(EmbeddingFailure e) {
    warn(e);
    ObjectNode status = status(e);
    boolean refused =
        e.kind() == EmbeddingFailure.Kind.BAD_RESPONSE && e.providerStatus().isPresent();
    ApiException answer =
        switch (e.kind()) {
          case THROTTLED ->
              new ApiException(
                  429,
                  "upstream_embedding_rate_limited",
                  "the embedding provider is limiting requests; retry later",
                  status,
                  throttledSeconds(e));
          case UNAVAILABLE -> unavailable(status);
          case BAD_RESPONSE, WRONG_DIMENSION ->
              refused
                  ? new ApiException(
                      502,
                      "upstream_embedding_bad_response",
                      "the embedding provider refused the request",
                      status)
                  : unavailable(null);
        };
    return because(e, answer);
  }

  /** Tells the log, once a second at most: in an outage every query fails for the same reason. */
  private void warn(EmbeddingFailure e) {
    long now = System.nanoTime();
    long next = nextWarning.get();
    if (now - next >= 0 && nextWarning.compareAndSet(next, now + WARNING_PAUSE_NANOS)) {
      LOG.log(
          Level.WARNING,
          "Queries cannot be embedded ({0}): {1}",
          new Object[] {e.kind().label(), e.getMessage()});
    }
  }

  private static ApiException unavailable(ObjectNode details) {
    return new ApiException(
        503,
        "upstream_embedding_unavailable",
        "the embedding provider is not available; retry later",
        details,
        1);
  }

  private static ObjectNode status(EmbeddingFailure e) {
    ObjectNode details = Jsons.object();
    return e.providerStatus().isPresent()
        ? details.put("provider_status", e.providerStatus().getAsInt())
        : details.putNull("provider_status");
  }

  /** The contract's 2 seconds, or what the provider asked for if that is more, a minute at most. */
  private static int throttledSeconds(EmbeddingFailure e) {
    long asked = e.retryAfter().map(Duration::toMillis).orElse(0L);
    return Math.clamp((asked + 999) / 1000, THROTTLED_SECONDS, LONGEST_SECONDS);
  }

  private static ApiException because(RuntimeException cause, ApiException answer) {
    if (cause != null) {
      answer.initCause(cause);
    }
    return answer;
  }
}
