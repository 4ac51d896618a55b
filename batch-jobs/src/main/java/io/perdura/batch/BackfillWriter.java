package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.kernel.Jsons;
import io.perdura.memory.GenerationBackfill;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;

/**
 * Adds up what the pages of a run did, over all its attempts: the sums are its state, and in the
 * end its result. A page that is done again after a crash counts as skipped.
 */
@Dependent
@Named("backfillWriter")
public class BackfillWriter extends AbstractItemWriter {
  @Inject private RunDesk desk;
  @Inject private RunBook book;
  @Inject private Apart apart;
  @Inject private JobContext job;

  private RunHandle run;
  private ObjectNode sums;

  @Override
  public void open(Serializable checkpoint) {
    run = desk.of(job.getExecutionId());
    sums = run.state() == null ? Jsons.object() : run.state().deepCopy();
  }

  @Override
  public void writeItems(List<Object> pages) throws Exception {
    long before = items();
    for (Object item : pages) {
      GenerationBackfill.Page page = (GenerationBackfill.Page) item;
      add("embedded", page.embedded());
      add("carried", page.carried());
      add("skipped", page.skipped());
      add("unembeddable", page.unembeddable());
    }
    apart.run(() -> book.remember(run, sums, items() - before));
  }

  private long items() {
    return sums.path("embedded").asLong()
        + sums.path("carried").asLong()
        + sums.path("skipped").asLong()
        + sums.path("unembeddable").asLong();
  }

  private void add(String name, long count) {
    sums.put(name, sums.path(name).asLong() + count);
  }
}
