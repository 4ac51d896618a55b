package io.perdura.batch;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.List;

/** Receives pages that are done and stored already: nothing is left to write. */
@Dependent
@Named("pageWriter")
public class PageWriter extends AbstractItemWriter {
  @Override
  public void writeItems(List<Object> pages) {
    // Each page committed with its effects.
  }
}
