package io.perdura.recall;

import java.util.Set;
import java.util.UUID;

/**
 * A seed that a hybrid recall chose.
 *
 * @param similarity relevance to the query, 0 to 1, as {@link Fusion} defines it; later seeds never
 *     have a larger one
 * @param pending true when the node's embedding is not ready, so that only its words found it
 * @param arms the arms that found it
 */
record HybridSeed(UUID id, double similarity, boolean pending, Set<Arm> arms) {}
