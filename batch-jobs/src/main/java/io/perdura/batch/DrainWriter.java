package io.perdura.batch;

import io.perdura.outbox.ClaimedEvent;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/**
 * Has a chunk's last claim handled: effects and outcomes commit together, fenced, in transactions
 * of their own. A handler's failure ends in the outbox and never fails the step.
 */
@Dependent
@Named("drainWriter")
public class DrainWriter extends AbstractItemWriter {
  @Inject private Apart apart;
  @Inject private DrainPulse pulse;
  @Inject private StepContext step;

  @Inject
  @BatchProperty(name = "partition")
  private String partitionNumber;

  @Override
  public void writeItems(List<Object> items) throws Exception {
    int number = Integer.parseInt(partitionNumber);
    DrainPartition partition = (DrainPartition) step.getTransientUserData();
    List<ClaimedEvent> events = partition.takeUnhandled();
    pulse.busy(number);
    try {
      apart.run(() -> partition.worker().process(events));
    } finally {
      pulse.beat(number);
    }
  }
}
