package io.perdura.batch;

import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.Drain;
import io.perdura.outbox.OutboxWorker;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Claims batches of due events. An empty batch is an item too: it lets the container write a checkpoint and see a wish to stop while
 * there is nothing to do.
 */
@Dependent
@Named("drainReader")
public class DrainReader extends AbstractItemReader {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Inject private Drain drain;
  @Inject private Apart apart;
  @Inject private JobContext job;
  @Inject private StepContext step;

  @Inject
  @BatchProperty(name = "partition")
  private String partition;

  @Inject
  @BatchProperty(name = "minutes")
  private String minutes;

  @Inject
  @BatchProperty(name = "batches")
  private String batches;

  private OutboxWorker worker;
  private long endNanos;
  private long left;
  private long claimed;

  @Override
  public void open(Serializable checkpoint) {
    worker = drain.worker(Integer.parseInt(partition), this::isStopping);
    step.setTransientUserData(worker);
    endNanos = System.nanoTime() + Duration.ofMinutes(Long.parseLong(minutes)).toNanos();
    left = Long.parseLong(batches);
  }

  @Override
  public List<ClaimedEvent> readItem() throws Exception {
    if (isStopping() || left-- <= 0 || System.nanoTime() > endNanos) {
      return null;
    }
    List<ClaimedEvent> events = apart.call(() -> worker.claim(PATIENCE));
    claimed += events.size();
    return events;
  }

  /** How many events this partition has claimed: what a batch administrator sees, nothing is resumed from it. */
  @Override
  public Serializable checkpointInfo() {
    return claimed;
  }

  @Override
  public void close() throws Exception {
    if (worker != null) {
      apart.call(
          () -> {
            worker.close();
            return null;
          });
    }
  }

  private boolean isStopping() {
    return job.getBatchStatus() == BatchStatus.STOPPING;
  }
}
