package io.perdura.batch;

import io.perdura.jobs.RetryablePageException;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.SkippedPageException;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/**
 * Does a page, in a transaction of its own that carries the state behind it, under the run's fence.
 */
@Dependent
@Named("pageProcessor")
public class PageProcessor implements ItemProcessor {
  @Inject private RunBook book;
  @Inject private Apart apart;

  @Override
  public Object processItem(Object item) throws Exception {
    RunHandle run = (RunHandle) item;
    try {
      return apart.call(() -> book.page(run));
    } catch (RetryablePageException e) {
      run.trouble(e.getMessage());
      throw e;
    } catch (SkippedPageException e) {
      throw e;
    } catch (Exception e) {
      run.failed(e);
      throw e;
    }
  }
}
