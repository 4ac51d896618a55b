package io.perdura.recall;

import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Viewer;
import java.util.List;

/**
 * A question to all arms of a hybrid recall.
 *
 * @param scope where to look
 * @param generationId generation that the vector hits come from
 * @param text the query, normalised and redacted
 * @param vectorHits what the candidate index found for this viewer, nearest first, of any type;
 *     empty when the vector arm is off or could not be asked
 * @param viewer whose private nodes are visible beside the shared ones
 * @param limit most seeds wanted, at least 1
 */
record HybridQuery(
    ScopeKey scope,
    int generationId,
    String text,
    List<Candidates.Candidate> vectorHits,
    Viewer viewer,
    int limit) {}
