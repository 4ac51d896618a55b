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
 * Reads due events: claims a batch and hands out its events one by one, so that the step's counts
 * are counts of events. A chunk is one claim, or several while there is a backlog; then all but the
 * last are handled here.
 *
 * <p>While there is nothing to do it hands out {@link Idle} from time to time: that ends the chunk,
 * and the container writes a checkpoint and sees a wish to stop. The step ends, and the execution
 * is renewed, after a number of minutes or events; the first partition that is there takes the
 * others with it, for the next execution begins only when all have ended.
 */
@Dependent
@Named("drainReader")
public class DrainReader extends AbstractItemReader {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Inject private Drain drain;
  @Inject private DrainPulse pulse;
  @Inject private Apart apart;
  @Inject private JobContext job;
  @Inject private StepContext step;

  @Inject
  @BatchProperty(name = "partition")
  private String partitionNumber;

  @Inject
  @BatchProperty(name = "minutes")
  private String minutes;

  @Inject
  @BatchProperty(name = "events")
  private String events;

  private int number;
  private long endNanos;
  private long allowance;
  private DrainPartition partition;
  private DrainProgress progress = DrainProgress.NONE;

  /** An item that stands for "nothing was due". */
  enum Idle {
    IDLE
  }

  @Override
  public void open(Serializable checkpoint) {
    number = Integer.parseInt(partitionNumber);
    endNanos = System.nanoTime() + Duration.ofMinutes(Long.parseLong(minutes)).toNanos();
    allowance = Long.parseLong(events);
    pulse.beat(number);
    partition = new DrainPartition(drain.worker(number, this::isStopping));
    step.setTransientUserData(partition);
  }

  @Override
  public Object readItem() throws Exception {
    ClaimedEvent event = partition.next();
    if (event == null) {
      if (progress.events() >= allowance || System.nanoTime() - endNanos > 0) {
        pulse.renew();
      }
      if (isStopping()) {
        return null;
      }
      OutboxWorker worker = partition.worker();
      handle(partition.takeUnhandled());
      partition.claimed(apart.call(() -> worker.claim(PATIENCE)));
      event = partition.next();
    }
    if (event == null) {
      return Idle.IDLE;
    }
    progress = progress.plusEvent();
    return event;
  }

  @Override
  public Serializable checkpointInfo() {
    progress = progress.plusChunk();
    partition.beginChunk();
    return progress;
  }

  private void handle(List<ClaimedEvent> events) throws Exception {
    if (!events.isEmpty()) {
      pulse.busy(number);
      try {
        apart.run(() -> partition.worker().process(events));
      } finally {
        pulse.beat(number);
      }
    }
  }

  @Override
  public void close() throws Exception {
    if (partition != null) {
      pulse.gone(number);
      apart.run(partition.worker()::close);
    }
  }

  private boolean isStopping() {
    pulse.beat(number);
    return job.getBatchStatus() != BatchStatus.STARTED || pulse.isRenewing();
  }
}
