package io.perdura.batch;

import io.perdura.memory.GenerationBackfill;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** Adds up what this execution's pages did; the sum is the exit status. */
@Dependent
@Named("backfillWriter")
public class BackfillWriter extends AbstractItemWriter {
  @Inject private JobContext job;

  private long embedded;
  private long carried;
  private long skipped;
  private long unembeddable;

  @Override
  public void writeItems(List<Object> pages) {
    for (Object item : pages) {
      GenerationBackfill.Page page = (GenerationBackfill.Page) item;
      embedded += page.embedded();
      carried += page.carried();
      skipped += page.skipped();
      unembeddable += page.unembeddable();
    }
    job.setExitStatus(
        "embedded=%d carried=%d skipped=%d unembeddable=%d"
            .formatted(embedded, carried, skipped, unembeddable));
  }
}
