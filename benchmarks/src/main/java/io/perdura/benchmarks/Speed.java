package io.perdura.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Floors and service, for a recall by vector and for a write of one node. */
final class Speed {
  private static final String ECHO = "/v1/benchmark/echo?bytes=";
  private static final String RECALL = "/v1/memory/recall";
  private static final String WRITE = "/v1/memory/write";

  private static final int WARM_UP_SECONDS = 30;

  private final Stage stage;
  private final String run = "bench" + System.currentTimeMillis();

  Speed(Stage stage) {
    this.stage = stage;
  }

  List<Series> measure() throws Exception {
    List<Series> all = new ArrayList<>();
    boolean recalls = stage.options().measures("recall");
    boolean writes = stage.options().measures("write");
    warmUp(recalls, writes);
    try (JvmProbe probe = new JvmProbe(stage.server().pid())) {
      LayerRuns runs = new LayerRuns(stage.options(), stage.meter(probe));
      for (int clients : recalls ? stage.options().concurrencies() : List.<Integer>of()) {
        all.add(tell(recall(runs, clients)));
      }
      // After every recall: written events hang on the seeded topics and make neighbourhoods
      // larger.
      for (int clients : writes ? stage.options().concurrencies() : List.<Integer>of()) {
        all.add(tell(write(runs, clients)));
      }
    }
    return all;
  }

  /**
   * Lets the JVM compile what is measured; a median over its first thousand requests would be the
   * interpreter's.
   */
  private void warmUp(boolean recalls, boolean writes) throws Exception {
    Queries queries = new Queries(stage.dataset(), stage.large());
    WriteRequests warm = new WriteRequests(stage.small(), "warm" + System.currentTimeMillis());
    int port = stage.server().port();
    ClosedLoop loop = new ClosedLoop();
    loop.run(
        () -> new HttpWork(port, ECHO + 20_000, queries::recallBody),
        8,
        0,
        WARM_UP_SECONDS / 3.0,
        () -> {});
    if (recalls) {
      loop.run(
          () -> new HttpWork(port, RECALL, queries::recallBody), 8, 0, WARM_UP_SECONDS, () -> {});
    }
    if (writes) {
      loop.run(
          () -> new HttpWork(port, WRITE, i -> warm.body("w", i)),
          8,
          0,
          WARM_UP_SECONDS / 2.0,
          () -> {});
    }
  }

  private Series recall(LayerRuns runs, int clients) throws Exception {
    Queries queries = new Queries(stage.dataset(), stage.large());
    SqlFile sql = stage.floor();
    int port = stage.server().port();
    int bytes = answerBytes(RECALL, queries.recallBody(0));
    Measured[] results =
        runs.measure(
            clients,
            () -> new RecallFloor(sql, stage.database(), queries, stage.large().scopeKey()),
            () -> new HttpWork(port, ECHO + bytes, queries::recallBody),
            () -> new HttpWork(port, RECALL, queries::recallBody));
    return series("recall", clients, bytes, results);
  }

  private Series write(LayerRuns runs, int clients) throws Exception {
    WriteRequests writes = new WriteRequests(stage.large(), run);
    SqlFile sql = stage.floor();
    int port = stage.server().port();
    int bytes = answerBytes(WRITE, writes.body("first", clients));
    Measured[] results =
        runs.measure(
            clients,
            () -> new WriteFloor(sql, stage.database(), writes),
            () -> new HttpWork(port, ECHO + bytes, i -> writes.body("echo", i)),
            () -> new HttpWork(port, WRITE, i -> writes.body("http" + clients, i)));
    return series("write", clients, bytes, results);
  }

  private Series series(String operation, int clients, int bytes, Measured... layers) {
    return new Series(
        operation,
        stage.large().events(),
        stage.dataset().dimension(),
        clients,
        bytes,
        layers[0],
        layers[1],
        layers[2]);
  }

  private int answerBytes(String path, byte[] body) throws IOException {
    try (HttpWork work = new HttpWork(stage.server().port(), path, i -> body)) {
      work.call(0);
      return work.answerSize();
    }
  }

  private static Series tell(Series series) {
    System.out.printf(
        "  %-6s c%-2d  sql %.2f ms  http %.2f ms  service %.2f ms (x%.2f)   %.0f/s of floors' %.0f/s (x%.2f)%n",
        series.operation(),
        series.concurrency(),
        series.sql().p50(),
        series.http().p50(),
        series.service().p50(),
        series.medianRatio(),
        series.service().perSecond(),
        series.service().perSecond() / series.throughputRatio(),
        series.throughputRatio());
    return series;
  }
}
