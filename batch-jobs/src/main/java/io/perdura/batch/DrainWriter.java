package io.perdura.batch;

import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.OutboxWorker;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.ArrayList;
import java.util.List;

/** Has claimed events handled: effects and settlement commit together, fenced, in transactions of their own. */
@Dependent
@Named("drainWriter")
public class DrainWriter extends AbstractItemWriter {
  @Inject private Apart apart;
  @Inject private StepContext step;

  @Override
  public void writeItems(List<Object> items) throws Exception {
    OutboxWorker worker = (OutboxWorker) step.getTransientUserData();
    List<ClaimedEvent> events = new ArrayList<>();
    for (Object item : items) {
      for (Object event : (List<?>) item) {
        events.add((ClaimedEvent) event);
      }
    }
    if (!events.isEmpty()) {
      apart.call(
          () -> {
            worker.process(events);
            return null;
          });
    }
  }
}
