package io.perdura.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The calls that a public reference system was measured with, on two such cores shared with its
 * client: 100,000 distinct vectors of dimension 1536.
 */
final class Reference {
  private static final String RECALL_TEXT = "/v1/memory/recall_text";
  private static final String WRITE = "/v1/memory/write";
  private static final int EVENTS = 100_000;
  private static final int DIMENSION = 1536;

  /** The better end of what its worker did: 37 to 55 jobs a second. */
  private static final double JOBS = 55;

  private static final double WORKER_AIM = 20;

  private final Stage stage;

  Reference(Stage stage) {
    this.stage = stage;
  }

  /**
   * One operation.
   *
   * @param reference what the reference system answered a second
   * @param aim how many times as much we want
   */
  record Result(String operation, int clients, Measured service, double reference, double aim) {
    double multiple() {
      return service.perSecond() / reference;
    }
  }

  /** Tells whether a size is the one that the reference system was measured with. */
  static boolean isComparable(int events, int dimension) {
    return events == EVENTS && dimension == DIMENSION;
  }

  /** Returns the line about the worker, for a size that is comparable. */
  static String worker(double jobsPerSecond) {
    return "worker %.0f jobs/s: %.1f times the reference's %.0f, aim %.0f"
        .formatted(jobsPerSecond, jobsPerSecond / JOBS, JOBS, WORKER_AIM);
  }

  List<Result> measure() throws Exception {
    List<Result> results = new ArrayList<>();
    try (JvmProbe probe = new JvmProbe(stage.server().pid())) {
      LayerRuns runs = new LayerRuns(stage.options(), stage.meter(probe));
      results.add(tell(recall(runs, 1, 43)));
      results.add(tell(recall(runs, 12, 99)));
      results.add(tell(write(runs, 1, 332)));
      results.add(tell(write(runs, 12, 665)));
    }
    return results;
  }

  private Result recall(LayerRuns runs, int clients, double reference) throws Exception {
    int port = stage.server().port();
    Measured service =
        runs.measure(clients, () -> new HttpWork(port, RECALL_TEXT, this::question))[0];
    return new Result("recall_text", clients, service, reference, 8);
  }

  private Result write(LayerRuns runs, int clients, double reference) throws Exception {
    int port = stage.server().port();
    WriteRequests writes = new WriteRequests(stage.large(), "ref" + System.currentTimeMillis());
    Measured service =
        runs.measure(clients, () -> new HttpWork(port, WRITE, i -> writes.body("c" + clients, i)))[
            0];
    return new Result("write", clients, service, reference, 3);
  }

  private byte[] question(long i) {
    return "{\"tenant_id\":\"%s\",\"scope\":\"%s\",\"query_text\":\"%s\"}"
        .formatted(stage.large().tenantId(), stage.large().scope(), Seeder.words(i))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Result tell(Result result) {
    System.out.printf(
        "  %-11s c%-2d  %.0f/s, p50 %.2f ms%n",
        result.operation(), result.clients(), result.service().perSecond(), result.service().p50());
    return result;
  }
}
