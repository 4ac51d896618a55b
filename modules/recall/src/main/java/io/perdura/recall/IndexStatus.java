package io.perdura.recall;

/**
 * State of a candidate index.
 *
 * @param engine {@code pgvector} or {@code lucene}
 * @param ready false while the index is being built: searches are right but slow
 * @param detail one sentence for the person on call
 */
public record IndexStatus(String engine, boolean ready, String detail) {}
