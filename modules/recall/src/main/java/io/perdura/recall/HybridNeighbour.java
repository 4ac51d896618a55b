package io.perdura.recall;

import java.util.UUID;

/**
 * An event next to a candidate in the same session.
 *
 * @param source the candidate
 * @param step 1 and 2 for the events after the candidate, -1 and -2 for those before
 */
record HybridNeighbour(UUID source, UUID id, int step, boolean pending) {}
