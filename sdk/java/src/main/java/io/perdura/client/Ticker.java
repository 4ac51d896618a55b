package io.perdura.client;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time, for tests to replace. */
interface Ticker {
  Instant now();

  /** Runs something later, unless the future is cancelled before. */
  Future<?> after(Duration time, Runnable work);

  /** One thread that only wakes others, for all clients of the process. */
  static Ticker ofSystem() {
    return SystemTicker.INSTANCE;
  }

  /** The system's time. */
  final class SystemTicker implements Ticker {
    private static final SystemTicker INSTANCE = new SystemTicker();

    private final ScheduledThreadPoolExecutor executor;

    private SystemTicker() {
      executor =
          new ScheduledThreadPoolExecutor(
              1,
              work -> {
                Thread thread = new Thread(work, "perdura-client-timer");
                thread.setDaemon(true);
                return thread;
              });
      executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
      return Instant.now();
    }

    @Override
    public Future<?> after(Duration time, Runnable work) {
      // Elsewhere: what callers hang on a future may take its time.
      return executor.schedule(
          () -> ForkJoinPool.commonPool().execute(work), time.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
