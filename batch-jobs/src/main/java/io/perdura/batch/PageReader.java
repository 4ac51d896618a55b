package io.perdura.batch;

import io.perdura.jobs.RunHandle;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;

/**
 * Says that there is a next page. An item is a page, not yet done: {@link PageProcessor} does it.
 * Where the work stands is with its run (docs/adr/0023), so the batch runtime's own checkpoint is
 * only a count for those who watch it.
 */
@Dependent
@Named("pageReader")
public class PageReader extends AbstractItemReader {
  @Inject private RunDesk desk;
  @Inject private JobContext job;

  private RunHandle run;
  private long pages;

  @Override
  public void open(Serializable checkpoint) {
    run = desk.of(job.getExecutionId());
    pages = checkpoint instanceof Long before ? before : 0;
  }

  @Override
  public Object readItem() {
    run.requireHeld();
    if (run.isPagesDone() || job.getBatchStatus() != BatchStatus.STARTED) {
      return null;
    }
    pages++;
    return run;
  }

  @Override
  public Serializable checkpointInfo() {
    return pages;
  }
}
