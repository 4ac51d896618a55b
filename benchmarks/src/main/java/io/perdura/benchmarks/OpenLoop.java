package io.perdura.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * Calls that start by the clock, whether the ones before were answered or not, as those of many
 * users do. A call's time counts from the moment at which it should have started.
 */
final class OpenLoop {
  /** Users that a machine of this size may have waiting; more than that have given up. */
  private static final int MOST_WAITING = 4_000;

  private final int port;
  private final String path;
  private final LongFunction<byte[]> body;
  private final ConcurrentLinkedDeque<HttpConnection> idle = new ConcurrentLinkedDeque<>();

  /**
   * What became of a load.
   *
   * @param offered calls a second that were to be made
   * @param goodput calls a second that were answered 200, as they came in
   * @param refused share answered 429 or 503
   * @param lost share without an answer, or with another one
   * @param p50 milliseconds of those answered 200
   * @param p99 milliseconds of those answered 200
   * @param refusedP99 milliseconds of those refused
   */
  record Result(
      double offered,
      double goodput,
      double refused,
      double lost,
      double p50,
      double p99,
      double refusedP99) {}

  OpenLoop(int port, String path, LongFunction<byte[]> body) {
    this.port = port;
    this.path = path;
    this.body = body;
  }

  /** Offers {@code perSecond} for a warm-up and then {@code seconds}, of which it tells. */
  Result run(double perSecond, double warmUp, double seconds) throws InterruptedException {
    int warm = (int) (perSecond * warmUp);
    int calls = (int) (perSecond * seconds);
    long[] millis = new long[calls];
    int[] statuses = new int[calls];
    CountDownLatch answered = new CountDownLatch(warm + calls);
    AtomicInteger waiting = new AtomicInteger();
    long start = System.nanoTime();
    for (int i = 0; i < warm + calls; i++) {
      int call = i;
      long due = start + (long) (i / perSecond * 1e9);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      if (waiting.incrementAndGet() > MOST_WAITING) {
        waiting.decrementAndGet();
        answered.countDown();
        continue;
      }
      Thread.ofVirtual()
          .start(() -> {
            int status = call(call);
            if (call >= warm) {
              statuses[call - warm] = status;
              millis[call - warm] = (System.nanoTime() - due) / 1_000;
            }
            waiting.decrementAndGet();
            answered.countDown();
          });
    }
    answered.await();
    double wall = (System.nanoTime() - start) / 1e9 - warmUp;
    close();
    return result(perSecond, wall, millis, statuses);
  }

  private static Result result(double perSecond, double wall, long[] micros, int... statuses) {
    long[] admitted = new long[statuses.length];
    long[] refused = new long[statuses.length];
    int good = 0;
    int shed = 0;
    for (int i = 0; i < statuses.length; i++) {
      if (statuses[i] == 200) {
        admitted[good++] = micros[i] * 1_000;
      } else if (statuses[i] == 429 || statuses[i] == 503) {
        refused[shed++] = micros[i] * 1_000;
      }
    }
    Latencies fine = new Latencies(Arrays.copyOf(admitted, Math.max(1, good)), wall);
    Latencies no = new Latencies(Arrays.copyOf(refused, Math.max(1, shed)), wall);
    double all = statuses.length;
    return new Result(
        perSecond,
        good / wall,
        shed / all,
        (all - good - shed) / all,
        fine.quantileMillis(0.5),
        fine.quantileMillis(0.99),
        no.quantileMillis(0.99));
  }

  /** Returns the status, 0 when there was no answer. */
  private int call(long i) {
    HttpConnection connection = idle.pollFirst();
    try {
      if (connection == null) {
        connection = new HttpConnection(port);
      }
      int status = connection.post(path, body.apply(i));
      if (status == 200) {
        idle.addFirst(connection);
      } else {
        connection.close(); // the server ends it after every refusal
      }
      return status;
    } catch (IOException e) {
      return 0;
    }
  }

  private void close() {
    for (HttpConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
      end(connection);
    }
  }

  private static void end(HttpConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
