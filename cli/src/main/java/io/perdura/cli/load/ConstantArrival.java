package io.perdura.cli.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Calls that start by the clock, whether the ones before were answered or not, as those of many
 * users do.
 *
 * <p>A call's time counts from the moment at which it was due, so that a service that stalls is
 * charged for everybody who would have waited (no coordinated omission). Calls of the warm-up are
 * made and not counted.
 */
public final class ConstantArrival {
  /** Callers that a machine of this size may have waiting; more than that have given up. */
  private static final int MOST_WAITING = 4_000;

  private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final int DIGITS = 3;

  private final double perSecond;
  private final double warmUpSeconds;
  private final double seconds;

  /** One call. */
  public interface Call {
    /**
     * Makes call number {@code i} and waits for its whole answer.
     *
     * @return the HTTP status, 0 when there was no answer
     */
    int make(long i);
  }

  public ConstantArrival(double perSecond, double warmUpSeconds, double seconds) {
    this.perSecond = perSecond;
    this.warmUpSeconds = warmUpSeconds;
    this.seconds = seconds;
  }

  /** Offers the load and tells what became of it. */
  public LoadResult run(Call call) throws InterruptedException {
    int warm = (int) (perSecond * warmUpSeconds);
    int calls = (int) (perSecond * seconds);
    Tally tally = new Tally();
    CountDownLatch answered = new CountDownLatch(warm + calls);
    AtomicInteger waiting = new AtomicInteger();
    long start = System.nanoTime();
    for (int i = 0; i < warm + calls; i++) {
      int number = i;
      long due = start + (long) (i / perSecond * 1e9);
      waitUntil(due);
      boolean counts = i >= warm;
      if (counts) {
        tally.lag(System.nanoTime() - due);
      }
      if (waiting.incrementAndGet() > MOST_WAITING) {
        waiting.decrementAndGet();
        if (counts) {
          tally.count(0, System.nanoTime() - due, 0);
        }
        answered.countDown();
        continue;
      }
      Thread.ofVirtual()
          .start(() -> {
            long began = System.nanoTime();
            int status = status(call, number);
            if (counts) {
              long end = System.nanoTime();
              tally.count(status, end - due, end - began);
            }
            waiting.decrementAndGet();
            answered.countDown();
          });
    }
    answered.await();
    double wall = (System.nanoTime() - start) / 1e9 - warmUpSeconds;
    return tally.result(perSecond, calls, wall);
  }

  private static int status(Call call, long number) {
    try {
      return call.make(number);
    } catch (RuntimeException e) {
      return 0; // a call that breaks off has no answer
    }
  }

  private static void waitUntil(long due) throws InterruptedException {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(left);
    }
  }

  /** What is counted while calls come back. */
  private static final class Tally {
    private final ConcurrentHistogram fromDue = new ConcurrentHistogram(LONGEST_MICROS, DIGITS);
    private final ConcurrentHistogram fromStart = new ConcurrentHistogram(LONGEST_MICROS, DIGITS);
    private final ConcurrentHistogram refused = new ConcurrentHistogram(LONGEST_MICROS, DIGITS);
    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
    private final AtomicLong mostLag = new AtomicLong();

    void lag(long nanos) {
      mostLag.accumulateAndGet(nanos, Math::max);
    }

    void count(int status, long nanosFromDue, long nanosFromStart) {
      statuses.computeIfAbsent(status, unknown -> new LongAdder()).increment();
      if (status >= 200 && status < 300) {
        fromDue.recordValue(micros(nanosFromDue));
        fromStart.recordValue(micros(nanosFromStart));
      } else if (status == LoadResult.TOO_MANY || status == LoadResult.UNAVAILABLE) {
        refused.recordValue(micros(nanosFromDue));
      }
    }

    private static long micros(long nanos) {
      return Math.min(LONGEST_MICROS, TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos)));
    }

    LoadResult result(double perSecond, int calls, double wall) {
      Map<Integer, Long> counts = new java.util.TreeMap<>();
      statuses.forEach((status, count) -> counts.put(status, count.sum()));
      return new LoadResult(
          perSecond, calls, wall, mostLag.get() / 1e6, counts, fromDue, fromStart, refused);
    }
  }
}
