package io.perdura.recall;

/**
 * A node that the query itself found.
 *
 * @param similarity nearness to the query that activation starts from: 1 - cosine distance, or for
 *     a hybrid recall the fused relevance
 * @param hit how a hybrid recall found it, null in the contract's pure pipeline
 */
record Seed(LoadedNode node, double similarity, HybridSeed hit) {}
