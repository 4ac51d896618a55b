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

  public CandidateQuery {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "a query vector of %d values cannot be compared with generation %d, whose vectors have %d"
              .formatted(vector.length, generationId, dimension));
    }
    if (k < 1) {
      throw new IllegalArgumentException("at least one candidate must be wanted, not " + k);
    }
  }

  CandidateQuery exactly(int candidates) {
    return new CandidateQuery(generationId, dimension, scope, vector, viewer, candidates, true);
  }
}
