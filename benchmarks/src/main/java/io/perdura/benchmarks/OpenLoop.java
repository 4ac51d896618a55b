package io.perdura.benchmarks;

import io.perdura.cli.load.ConstantArrival;
import io.perdura.cli.load.LoadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.LongFunction;

/**
 * Calls that start by the clock, whether the ones before were answered or not, as those of many
 * users do. A call's time counts from the moment at which it should have started.
 */
final class OpenLoop {
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
    LoadResult load = new ConstantArrival(perSecond, warmUp, seconds).run(this::call);
    close();
    double calls = load.calls();
    long refused = load.refused().getTotalCount();
    return new Result(
        perSecond,
        load.succeeded() / load.wallSeconds(),
        refused / calls,
        (calls - load.succeeded() - refused) / calls,
        load.millis(0.5),
        load.millis(0.99),
        load.refused().getValueAtPercentile(99) / 1e3);
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
