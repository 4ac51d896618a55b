package io.perdura.batch;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.concurrent.Callable;

/**
 * Runs work outside the chunk's transaction. Effects are committed by {@code kernel.Database},
 * which knows whether a COMMIT was sent; the chunk's own transaction holds nothing but the
 * checkpoint. See docs/adr/0004-checkpoint-and-effect.md.
 */
@ApplicationScoped
public class Apart {
  /** Suspends the transaction of the calling thread for the time of {@code work}. */
  @Transactional(Transactional.TxType.NOT_SUPPORTED)
  public <T> T call(Callable<T> work) throws Exception {
    return work.call();
  }

  /** As {@link #call}, without a result. */
  @Transactional(Transactional.TxType.NOT_SUPPORTED)
  public void run(Work work) throws Exception {
    work.run();
  }

  /** Something to do. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }
}
