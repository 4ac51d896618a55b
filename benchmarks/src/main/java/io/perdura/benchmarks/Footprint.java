package io.perdura.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/** How fast a server is ready, and what it holds in memory: just started, and after work. */
final class Footprint {
  private static final int STARTS = 3;
  private static final double WORK_SECONDS = 20;

  /**
   * @param readySeconds from starting the command to the first positive readiness, median of three
   *     starts
   * @param residentAtStart megabytes
   * @param residentAfterWork megabytes after {@value #WORK_SECONDS} s of recalls and writes by
   *     eight clients
   * @param liveHeap megabytes in use after a collection
   */
  record Result(
      double readySeconds, double residentAtStart, double residentAfterWork, double liveHeap) {}

  private final Stage stage;

  Footprint(Stage stage) {
    this.stage = stage;
  }

  Result measure() throws Exception {
    double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      seconds[i] = stage.startServer("all", stage.database(), Map.of()).secondsToReady();
    }
    Arrays.sort(seconds);
    ServerProcess server = stage.server();
    double atStart = Processes.residentMegabytes(server.pid());
    Queries queries = new Queries(stage.dataset(), stage.large());
    WriteRequests writes = new WriteRequests(stage.large(), "foot" + System.currentTimeMillis());
    SplittableRandom clients = new SplittableRandom(1);
    new ClosedLoop()
        .run(
            () ->
                clients.nextBoolean()
                    ? new HttpWork(server.port(), "/v1/memory/recall", queries::recallBody)
                    : new HttpWork(server.port(), "/v1/memory/write", i -> writes.body("f", i)),
            8,
            1,
            WORK_SECONDS,
            () -> {});
    double afterWork = Processes.residentMegabytes(server.pid());
    try (JvmProbe probe = new JvmProbe(server.pid())) {
      Result result = new Result(seconds[STARTS / 2], atStart, afterWork, probe.liveMegabytes());
      System.out.printf(
          "  ready in %.1f s, resident %.0f MB at start, %.0f MB after work, live heap %.0f MB%n",
          result.readySeconds(), atStart, afterWork, result.liveHeap());
      return result;
    }
  }
}
