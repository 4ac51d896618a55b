package io.perdura.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Steady load at a share of the peak for a long time, asking again and again what is left in the
 * heap after a collection.
 *
 * <p>Calls start by the clock, not when the last one ended, so that a slow server meets the same
 * load; three recalls to a write, eight connections.
 */
final class Soak {
  private static final int CLIENTS = 8;
  private static final int RECALLS_TO_A_WRITE = 3;
  private static final double SHARE_OF_PEAK = 0.7;
  private static final int PEAK_SECONDS = 20;
  private static final int SAMPLES = 30;

  /**
   * @param perSecond calls started a second
   * @param lateShare share of calls that began more than 100 ms after their time
   * @param liveHeap megabytes in use after each collection, evenly spread over the run
   * @param growthPerHour slope of a line through the second half of the samples, in megabytes
   */
  record Result(
      double minutes,
      double perSecond,
      double lateShare,
      List<Double> liveHeap,
      double growthPerHour,
      double residentAtEnd) {}

  private final Stage stage;
  private final Queries queries;
  private final WriteRequests writes;

  Soak(Stage stage) {
    this.stage = stage;
    this.queries = new Queries(stage.dataset(), stage.large());
    this.writes = new WriteRequests(stage.large(), "soak" + System.currentTimeMillis());
  }

  Result measure(int minutes) throws Exception {
    ServerProcess server = stage.startServer("all", stage.database(), Map.of());
    double rate =
        SHARE_OF_PEAK
            * new ClosedLoop()
                .run(() -> new Mixed(server.port()), CLIENTS, 5, PEAK_SECONDS, () -> {})
                .perSecond();
    System.out.printf("  soak: %.0f calls/s for %d minutes%n", rate, minutes);
    long end = System.nanoTime() + minutes * 60_000_000_000L;
    AtomicLong calls = new AtomicLong();
    AtomicLong late = new AtomicLong();
    List<Double> live = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        JvmProbe probe = new JvmProbe(server.pid())) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            threads.submit(() -> {
              paced(server.port(), CLIENTS / rate, end, calls, late);
              return null;
            }));
      }
      for (int i = 0; i < SAMPLES; i++) {
        Thread.sleep(minutes * 60_000L / SAMPLES);
        live.add(probe.liveMegabytes());
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }
    Result result =
        new Result(
            minutes,
            calls.get() / (minutes * 60.0),
            (double) late.get() / calls.get(),
            live,
            growthPerHour(live, minutes),
            Processes.residentMegabytes(server.pid()));
    System.out.printf(
        "  soak: live heap %.0f to %.0f MB, %+.1f MB/h, resident %.0f MB%n",
        live.get(0), live.get(SAMPLES - 1), result.growthPerHour(), result.residentAtEnd());
    return result;
  }

  private void paced(int port, double everySeconds, long end, AtomicLong calls, AtomicLong late)
      throws IOException {
    try (Mixed work = new Mixed(port)) {
      long next = System.nanoTime();
      while (next < end) {
        LockSupport.parkNanos(next - System.nanoTime());
        if (System.nanoTime() - next > 100_000_000L) {
          late.incrementAndGet();
        }
        work.call(calls.getAndIncrement() + 1_000_000);
        next += (long) (everySeconds * 1e9);
      }
    }
  }

  /** Slope of the least-squares line through the second half: the first half fills caches. */
  static double growthPerHour(List<Double> live, double minutes) {
    int from = live.size() / 2;
    int n = live.size() - from;
    double step = minutes / 60 / live.size();
    double meanX = (n - 1) / 2.0;
    double meanY = live.subList(from, live.size()).stream().mapToDouble(v -> v).average().orElse(0);
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < n; i++) {
      covariance += (i - meanX) * (live.get(from + i) - meanY);
      variance += (i - meanX) * (i - meanX);
    }
    return covariance / variance / step;
  }

  /** Three recalls, then a write. */
  private final class Mixed implements Work {
    private final HttpWork recall;
    private final HttpWork write;

    Mixed(int port) throws IOException {
      recall = new HttpWork(port, "/v1/memory/recall", queries::recallBody);
      write = new HttpWork(port, "/v1/memory/write", i -> writes.body("s", i));
    }

    @Override
    public void call(long i) throws IOException {
      (i % (RECALLS_TO_A_WRITE + 1) == 0 ? write : recall).call(i);
    }

    @Override
    public void close() throws IOException {
      recall.close();
      write.close();
    }
  }
}
