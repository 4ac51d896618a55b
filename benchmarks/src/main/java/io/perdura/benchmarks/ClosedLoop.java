package io.perdura.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * As many clients as asked for, each sending its next call when the last was answered.
 *
 * <p>A closed loop says how fast the system is when it is kept busy; it does not say how long a
 * caller waits in a queue that grows without bound. The first failed call fails the run: rejected
 * calls would flatter the rest.
 */
final class ClosedLoop {
  private final AtomicLong numbers = new AtomicLong();

  /**
   * Runs the calls for {@code seconds} after a warm-up; {@code probe} runs as the measured interval
   * begins and ends.
   */
  Latencies run(Work.Factory factory, int clients, double warmUp, double seconds, Runnable probe)
      throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(clients + 1);
    List<Callable<long[]>> tasks = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      tasks.add(() -> client(factory, barrier, warmUp, seconds));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<long[]>> running = new ArrayList<>();
      for (Callable<long[]> task : tasks) {
        running.add(threads.submit(task));
      }
      try {
        barrier.await(); // all are connected
        barrier.await(); // all are warm
        probe.run();
        long start = System.nanoTime();
        barrier.await(); // measured calls begin
        barrier.await(); // the last of them has ended
        double wall = (System.nanoTime() - start) / 1e9;
        probe.run();
        barrier
            .await(); // only now may connections close: a process that ends takes its costs along
        List<long[]> samples = new ArrayList<>();
        for (Future<long[]> client : running) {
          samples.add(client.get());
        }
        return new Latencies(samples.stream().flatMapToLong(Arrays::stream).toArray(), wall);
      } catch (RuntimeException e) {
        barrier.reset(); // the probe failed: let the clients go
        throw e;
      } catch (BrokenBarrierException e) {
        for (Future<long[]> client : running) {
          firstFailure(client);
        }
        throw e;
      }
    }
  }

  private static void firstFailure(Future<long[]> client) throws Exception {
    try {
      client.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof BrokenBarrierException)) {
        throw e;
      }
    }
  }

  private long[] client(Work.Factory factory, CyclicBarrier barrier, double warmUp, double seconds)
      throws Exception {
    try (Work work = factory.open()) {
      barrier.await();
      until(warmUp, work);
      barrier.await();
      barrier.await();
      long[] samples = until(seconds, work);
      barrier.await();
      barrier.await();
      return samples;
    } catch (Exception e) {
      barrier.reset();
      throw e;
    }
  }

  private long[] until(double seconds, Work work) throws Exception {
    long[] samples = new long[1024];
    int count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    for (long now = System.nanoTime(); now < end; ) {
      work.call(numbers.getAndIncrement());
      long done = System.nanoTime();
      if (count == samples.length) {
        samples = Arrays.copyOf(samples, count * 2);
      }
      samples[count++] = done - now;
      now = done;
    }
    return Arrays.copyOf(samples, count);
  }
}
