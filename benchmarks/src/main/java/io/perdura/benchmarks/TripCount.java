package io.perdura.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;

/**
 * Database round trips of one recall and one write, counted on the wire by a server started for it.
 */
final class TripCount {
  private static final int WARM_UP = 300;
  private static final int CALLS = 500;

  /**
   * Mean round trips a call, with whatever background work the server does meanwhile.
   *
   * @param idlePerSecond the background work alone, already taken off the other two
   */
  record Result(double recall, double write, double idlePerSecond) {}

  private final Stage stage;

  TripCount(Stage stage) {
    this.stage = stage;
  }

  Result measure() throws SQLException, IOException, InterruptedException {
    try (RoundTrips relay = new RoundTrips(stage.database())) {
      ServerProcess server = stage.startServer("api", relay.address(), Map.of());
      Queries queries = new Queries(stage.dataset(), stage.large());
      WriteRequests writes = new WriteRequests(stage.large(), "trips" + System.currentTimeMillis());
      Thread.sleep(2000);
      long before = relay.count();
      Thread.sleep(5000);
      double idle = (relay.count() - before) / 5.0;
      double recall;
      double write;
      try (HttpWork work = new HttpWork(server.port(), "/v1/memory/recall", queries::recallBody)) {
        recall = tripsPerCall(relay, work, idle);
      }
      try (HttpWork work =
          new HttpWork(server.port(), "/v1/memory/write", i -> writes.body("trips", i))) {
        write = tripsPerCall(relay, work, idle);
      }
      System.out.printf(
          "  round trips: recall %.2f, write %.2f, background %.1f/s%n", recall, write, idle);
      return new Result(recall, write, idle);
    }
  }

  private static double tripsPerCall(RoundTrips relay, HttpWork work, double idle)
      throws IOException {
    for (int i = 0; i < WARM_UP; i++) {
      work.call(i);
    }
    long start = System.nanoTime();
    long before = relay.count();
    for (int i = WARM_UP; i < WARM_UP + CALLS; i++) {
      work.call(i);
    }
    double background = idle * (System.nanoTime() - start) / 1e9;
    return (relay.count() - before - background) / CALLS;
  }
}
