package io.perdura.embedding;

import io.perdura.kernel.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Something that takes long to load: loaded once, on a thread of its own, shared by all. A failed
 * load is tried again by the next caller, but not more often than every {@link #PAUSE}.
 */
final class BackgroundLoad<T> {
  static final Duration PAUSE = Duration.ofSeconds(10);
  private static final Logger LOG = Logger.getLogger(BackgroundLoad.class.getName());

  private final String threadName;
  private final Callable<T> loader;
  private CompletableFuture<T> current;
  private long failedAt;

  BackgroundLoad(String threadName, Callable<T> loader) {
    this.threadName = threadName;
    this.loader = loader;
  }

  /** Starts loading unless it is under way, done, or failed a moment ago; returns at once. */
  synchronized void start() {
    boolean failed = current != null && current.isCompletedExceptionally();
    if (current == null || (failed && System.nanoTime() - failedAt > PAUSE.toNanos())) {
      CompletableFuture<T> mine = new CompletableFuture<>();
      current = mine;
      Thread.ofPlatform().daemon().name(threadName).start(() -> run(mine));
    }
  }

  private synchronized CompletableFuture<T> current() {
    start();
    return current;
  }

  private void run(CompletableFuture<T> mine) {
    long started = System.nanoTime();
    try {
      T value = loader.call();
      LOG.info(() -> "Local embedding model loaded in " + millisSince(started) + " ms");
      mine.complete(value);
    } catch (Exception | LinkageError e) {
      LOG.log(
          Level.SEVERE,
          "The local embedding model could not be loaded; queries by text fail until it can."
              + " Its native library is unpacked into java.io.tmpdir, which must allow execution",
          e);
      synchronized (this) {
        failedAt = System.nanoTime();
      }
      mine.completeExceptionally(e);
    }
  }

  private static long millisSince(long started) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }

  /** Returns the loaded value, starting and waiting for the load inside {@code deadline}. */
  T await(Deadline deadline) {
    try {
      return current().get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw EmbeddingFailure.unavailable(0, "the local model is still loading", e);
    } catch (ExecutionException e) {
      throw EmbeddingFailure.unavailable(
          0, "the local model could not be loaded: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EmbeddingFailure.unavailable(0, "interrupted while the local model loads", e);
    }
  }

  synchronized boolean isDone() {
    return current != null && current.isDone() && !current.isCompletedExceptionally();
  }

  /** Returns the value if it was loaded. */
  synchronized Optional<T> finished() {
    return isDone() ? Optional.of(current.join()) : Optional.empty();
  }
}
