package io.perdura.recall;

/**
 * Finds the vectors nearest to a query: the port behind which pgvector and Lucene are exchangeable.
 *
 * <p>Both engines answer from what was committed before the call, hide what the viewer may not see,
 * and never let the vectors of one scope push those of another out of an answer. Which of two
 * equally near nodes comes first is decided by id. A node whose vector has no direction (all zeros)
 * is never found.
 */
public interface CandidateIndex {
  /**
   * Returns up to {@code query.k()} eligible nodes (tier hot or warm, embedding ready) of the scope
   * that the viewer may see, nearest first.
   *
   * @throws io.perdura.kernel.ApiException 503 when the database cannot be reached in time
   */
  Candidates nearest(CandidateQuery query);

  /** Returns the engine's name, {@code pgvector} or {@code lucene}. */
  String engine();

  /** Tells whether searches are answered as fast as they should be, and what is known if not. */
  IndexStatus status();

  /**
   * Builds the index anew from the stored vectors, if it is anything apart from them.
   *
   * @return how many vectors it holds
   */
  long rebuild();
}
