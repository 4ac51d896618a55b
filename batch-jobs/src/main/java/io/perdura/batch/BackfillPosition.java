package io.perdura.batch;

import java.io.Serializable;
import java.util.UUID;

/**
 * The checkpoint of the embedding backfill.
 *
 * @param scope the scope that is being embedded, null when all is done
 * @param after the last node that was looked at, null to begin the scope
 */
record BackfillPosition(String scope, UUID after) implements Serializable {
  private static final long serialVersionUID = 1L;
}
