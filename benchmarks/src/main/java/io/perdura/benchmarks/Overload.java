package io.perdura.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * What becomes of the answers when more is asked than the server can do: loads of one, two and
 * three times its capacity, from a processor of their own.
 */
final class Overload {
  private static final String RECALL = "/v1/memory/recall";
  private static final String WRITE = "/v1/memory/write";
  private static final List<Integer> CLIENTS = List.of(4, 8, 16, 32);
  private static final List<Double> LOADS = List.of(0.7, 1.0, 2.0, 3.0);

  private final Stage stage;

  Overload(Stage stage) {
    this.stage = stage;
  }

  /**
   * One load on one operation.
   *
   * @param capacity most calls a second that a closed loop got answered
   * @param times the load, in capacities
   */
  record Result(String operation, double capacity, double times, OpenLoop.Result load) {
    /** Answers, in capacities. */
    double goodputRatio() {
      return load.goodput() / capacity;
    }
  }

  List<Result> measure() throws Exception {
    ServerProcess server = stage.startServer("api", stage.database(), Map.of());
    Queries queries = new Queries(stage.dataset(), stage.large());
    WriteRequests writes = new WriteRequests(stage.large(), "over" + System.currentTimeMillis());
    List<Result> results = new ArrayList<>();
    Pinning pinned = new Pinning(server.pid(), stage.postmaster());
    try {
      results.addAll(measure(server, "recall", RECALL, queries::recallBody));
      results.addAll(measure(server, "write", WRITE, i -> writes.body("o", i)));
    } finally {
      pinned.close();
    }
    return results;
  }

  private List<Result> measure(
      ServerProcess server, String operation, String path, LongFunction<byte[]> body)
      throws Exception {
    double seconds = stage.options().seconds();
    ClosedLoop loop = new ClosedLoop();
    loop.run(() -> new HttpWork(server.port(), path, body), 8, 0, 2 * seconds, () -> {});
    double capacity = 0;
    for (int clients : CLIENTS) {
      double found =
          loop.run(
                  () -> new HttpWork(server.port(), path, body),
                  clients,
                  seconds / 3,
                  seconds,
                  () -> {})
              .perSecond();
      capacity = Math.max(capacity, found);
    }
    List<Result> results = new ArrayList<>();
    long calls = 1_000_000_000L;
    for (double times : LOADS) {
      long from = calls;
      OpenLoop load = new OpenLoop(server.port(), path, i -> body.apply(from + i));
      results.add(
          tell(
              new Result(
                  operation,
                  capacity,
                  times,
                  load.run(capacity * times, seconds / 3, 2 * seconds))));
      calls += 1_000_000_000L;
    }
    return results;
  }

  private static Result tell(Result result) {
    OpenLoop.Result load = result.load();
    System.out.printf(
        "  %-6s at %.1f x %.0f/s: goodput %.2f of capacity, p50 %.0f ms, p99 %.0f ms, refused %.2f (p99 %.0f ms), lost %.3f%n",
        result.operation(),
        result.times(),
        result.capacity(),
        result.goodputRatio(),
        load.p50(),
        load.p99(),
        load.refused(),
        load.refusedP99(),
        load.lost());
    return result;
  }
}
