package io.perdura.embedding;

/**
 * Figures of the query embedder since this process started.
 *
 * @param cacheEntries vectors kept at the moment
 * @param cacheHits queries answered from the cache
 * @param joinedFlights queries that shared another caller's computation
 * @param providerQueries queries that were computed for their own caller
 * @param queued queries waiting for their turn at the moment
 * @param inflightBatches batches at the provider at the moment
 * @param batches batches sent
 * @param batchedTexts different texts in those batches
 */
public record QueryEmbedderStats(
    long cacheEntries,
    long cacheHits,
    long joinedFlights,
    long providerQueries,
    int queued,
    int inflightBatches,
    long batches,
    long batchedTexts) {}
