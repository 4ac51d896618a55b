package io.perdura.batch;

import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;

/** Keeps {@link DrainReader.Idle} from the writer; the step counts it as filtered. */
@Dependent
@Named("drainFilter")
public class DrainFilter implements ItemProcessor {
  @Override
  public Object processItem(Object item) {
    return item == DrainReader.Idle.IDLE ? null : item;
  }
}
