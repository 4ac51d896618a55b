package io.perdura.embedding;

import io.perdura.kernel.Settings;
import java.time.Duration;

/**
 * Limits of the query batcher.
 *
 * @param maxSize texts in one batch
 * @param maxWait how long the oldest query waits for company while other batches are under way
 * @param maxInflight batches under way at once
 * @param queueMax queries waiting at once
 * @param queueTimeout how long a query may wait for its turn
 */
record BatchLimits(
    int maxSize, Duration maxWait, int maxInflight, int queueMax, Duration queueTimeout) {

  /** The configured limits, narrowed to what {@code provider} can make use of. */
  static BatchLimits of(Settings settings, EmbeddingProvider provider) {
    return new BatchLimits(
        Math.min(
            settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_MAX_SIZE),
            provider.usefulBatch()),
        Duration.ofMillis(settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_MAX_WAIT_MS)),
        Math.min(
            settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_MAX_INFLIGHT),
            provider.concurrency()),
        settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_QUEUE_MAX),
        Duration.ofMillis(
            settings.get(EmbeddingSettings.RECALL_TEXT_EMBED_BATCH_QUEUE_TIMEOUT_MS)));
  }
}
