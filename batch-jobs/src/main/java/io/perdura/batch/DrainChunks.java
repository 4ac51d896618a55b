package io.perdura.batch;

import jakarta.batch.api.chunk.AbstractCheckpointAlgorithm;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Ends a chunk where a claim ends, so that no event waits under its lease for others to come. */
@Dependent
@Named("drainChunks")
public class DrainChunks extends AbstractCheckpointAlgorithm {
  /** Seconds that a chunk's transaction may last: waiting for work and for a lost database. */
  private static final int LONGEST_CHUNK_SECONDS = 4 * 60 * 60;

  @Inject private StepContext step;

  @Override
  public int checkpointTimeout() {
    return LONGEST_CHUNK_SECONDS;
  }

  @Override
  public boolean isReadyToCheckpoint() {
    return ((DrainPartition) step.getTransientUserData()).isChunkComplete();
  }
}
