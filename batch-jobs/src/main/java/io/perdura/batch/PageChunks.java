package io.perdura.batch;

import jakarta.batch.api.chunk.AbstractCheckpointAlgorithm;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.time.Duration;

/**
 * Ends a chunk after a second: a checkpoint of the batch runtime costs a dozen statements, and
 * nothing but its own counts depends on it. A wish to stop is heard at the end of a chunk.
 */
@Dependent
@Named("pageChunks")
public class PageChunks extends AbstractCheckpointAlgorithm {
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private long began = System.nanoTime();

  @Override
  public void beginCheckpoint() {
    began = System.nanoTime();
  }

  @Override
  public boolean isReadyToCheckpoint() {
    return System.nanoTime() - began >= LONGEST.toNanos();
  }
}
