package io.perdura.recall;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Puts rows into Lucene files and counts them. */
final class LuceneChange implements VectorFeed.Sink {
  private final LuceneStore store;
  private final BooleanSupplier stop;
  private long count;

  /** {@code stop} says when to give up, which is told by an exception. */
  LuceneChange(LuceneStore store, BooleanSupplier stop) {
    this.store = store;
    this.stop = stop;
  }

  long count() {
    return count;
  }

  @Override
  public void row(VectorFeed.Row row) {
    if (stop.getAsBoolean()) {
      throw new IllegalStateException("the candidate index is being closed");
    }
    try {
      if (row.eligible()) {
        store.put(row);
      } else {
        store.remove(row.id(), row.generationId());
      }
      count++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void removed(UUID id, int generationId) {
    try {
      store.remove(id, generationId);
      count++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
