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
   * @param before most calls a second that a closed loop got answered just before
   * @param after the same just after: the database grows meanwhile
   * @param times the load, in capacities before it
   */
  record Result(String operation, double before, double after, double times, OpenLoop.Result load) {
    /** The mean of what a closed loop got answered before and after, calls a second. */
    double capacity() {
      return (before + after) / 2;
    }

    /** Answers, in capacities. */
    double goodputRatio() {
      return load.goodput() / capacity();
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
    Capacity capacity = new Capacity(() -> new HttpWork(server.port(), path, body), seconds);
    List<Result> results = new ArrayList<>();
    long calls = 1_000_000_000L;
    double before = capacity.now();
    for (double times : LOADS) {
      long from = calls;
      OpenLoop load = new OpenLoop(server.port(), path, i -> body.apply(from + i));
      OpenLoop.Result answered = load.run(before * times, seconds / 3, 2 * seconds);
      double after = capacity.now();
      results.add(tell(new Result(operation, before, after, times, answered)));
      before = after;
      calls += 1_000_000_000L;
    }
    return results;
  }

  /** What a closed loop gets answered a second, with the number of clients that got most. */
  private static final class Capacity {
    private final Work.Factory work;
    private final double seconds;
    private final int clients;

    Capacity(Work.Factory work, double seconds) throws Exception {
      this.work = work;
      this.seconds = seconds;
      run(8, 0, 2 * seconds);
      int best = 0;
      double most = 0;
      for (int candidate : CLIENTS) {
        double found = run(candidate, seconds / 3, seconds);
        if (found > most) {
          most = found;
          best = candidate;
        }
      }
      this.clients = best;
    }

    double now() throws Exception {
      return run(clients, seconds / 3, seconds);
    }

    private double run(int clients, double warmUp, double seconds) throws Exception {
      return new ClosedLoop().run(work, clients, warmUp, seconds, () -> {}).perSecond();
    }
  }

  private static Result tell(Result result) {
    OpenLoop.Result load = result.load();
    System.out.printf(
        "  %-6s at %.1f x %.0f/s (%.0f/s after): goodput %.2f of capacity, p50 %.0f ms, p99 %.0f ms, refused %.2f (p99 %.0f ms), lost %.3f%n",
        result.operation(),
        result.times(),
        result.before(),
        result.after(),
        result.goodputRatio(),
        load.p50(),
        load.p99(),
        load.refused(),
        load.refusedP99(),
        load.lost());
    return result;
  }
}
