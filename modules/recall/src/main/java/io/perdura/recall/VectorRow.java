package io.perdura.recall;

import io.perdura.kernel.Viewer;
import java.util.UUID;

/**
 * A stored vector with what a search filters by.
 *
 * @param eligible whether searches may find it
 * @param lane {@code shared} or {@code private}
 */
record VectorRow(
    VectorKey key,
    String scope,
    float[] vector,
    boolean eligible,
    String lane,
    String agentId,
    String teamId) {

  UUID id() {
    return key.id();
  }

  /** Tells whether a search in this scope by this viewer may find it. */
  boolean isFoundBy(CandidateQuery query) {
    return eligible
        && key.generationId() == query.generationId()
        && scope.equals(query.scope())
        && isVisibleTo(query.viewer());
  }

  private boolean isVisibleTo(Viewer viewer) {
    return lane.equals("shared")
        || (agentId != null && agentId.equals(viewer.agentId()))
        || (teamId != null && teamId.equals(viewer.teamId()));
  }

  /** Names a stored vector. */
  record VectorKey(int generationId, UUID id) {}
}
