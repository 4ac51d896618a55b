package io.perdura.memory;

import java.util.List;
import java.util.UUID;

/**
 * Vectors of a scope were written, removed or changed in what a search filters by. Fired in this
 * process after the commit; it may be lost, an index outside the database catches up by {@code
 * changed_xid} instead.
 *
 * @param scope internal scope key
 * @param generationId generation of the vectors
 * @param nodeIds the nodes; empty = look for yourself (too many to list)
 */
public record VectorsChanged(String scope, int generationId, List<UUID> nodeIds) {
  public VectorsChanged {
    nodeIds = List.copyOf(nodeIds);
  }
}
