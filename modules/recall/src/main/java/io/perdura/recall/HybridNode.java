package io.perdura.recall;

import java.time.Instant;
import java.util.UUID;

/**
 * A candidate of a hybrid recall.
 *
 * @param found which arms found it, bits of {@link HybridSql}
 * @param place its place among the newest nodes from 1 on, 0 when it is not among them
 * @param pending true when its embedding is not ready
 * @param words its words, none when it has none of the query's
 */
record HybridNode(
    UUID id, int found, int place, boolean pending, Instant createdAt, LexicalVector words) {
  boolean foundBy(int bits) {
    return (found & bits) != 0;
  }
}
