package io.perdura.embedding;

/**
 * How full the batcher was at one moment.
 *
 * @param queued queries that waited for their turn
 * @param inflightBatches batches that the provider was working on
 */
record QueueState(int queued, int inflightBatches) {}
