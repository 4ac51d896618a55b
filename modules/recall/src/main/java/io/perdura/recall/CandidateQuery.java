package io.perdura.recall;

import io.perdura.kernel.Viewer;

/**
 * A search in one scope.
 *
 * @param generationId generation whose vectors are compared
 * @param dimension their length
 * @param scope internal scope key
 * @param vector what to be near to, {@code dimension} finite values, not all zero; never changed
 * @param viewer whose private nodes are visible beside the shared ones
 * @param k most candidates wanted
 * @param exact true to compare every vector of the scope whatever that costs
 */
public record CandidateQuery(
    int generationId,
    int dimension,
    String scope,
    float[] vector,
    Viewer viewer,
    int k,
    boolean exact) {

  CandidateQuery exactly(int candidates) {
    return new CandidateQuery(generationId, dimension, scope, vector, viewer, candidates, true);
  }
}
