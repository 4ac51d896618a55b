package io.perdura.kernel;

import java.time.Duration;

/**
 * The instant by which the current thread's work must be answered; retries and waits stay inside
 * it.
 */
public final class Deadline {
  private static final ThreadLocal<Deadline> CURRENT = new ThreadLocal<>();
  private static final Duration WHEN_UNSET = Duration.ofSeconds(8);

  private final long endNanos;

  private Deadline(long endNanos) {
    this.endNanos = endNanos;
  }

  /** Starts a deadline for this thread; close it in the same thread. */
  public static Scope start(Duration budget) {
    Deadline previous = CURRENT.get();
    CURRENT.set(after(budget));
    return () -> {
      if (previous == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(previous);
      }
    };
  }

  /** Runs {@code work} under a deadline of its own. */
  public static void run(Duration budget, Runnable work) {
    Scope scope = start(budget);
    try {
      work.run();
    } finally {
      scope.close();
    }
  }

  /** Returns this thread's deadline, or one of 8 s from now when none was started. */
  public static Deadline current() {
    Deadline current = CURRENT.get();
    return current == null ? after(WHEN_UNSET) : current;
  }

  /** Returns the time left, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }

  private static Deadline after(Duration budget) {
    return new Deadline(System.nanoTime() + budget.toNanos());
  }

  /** Ends a deadline. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
