package io.perdura.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Measures layers in turn, several rounds each, so that a drifting machine meets all of them alike.
 */
final class LayerRuns {
  private final Options options;
  private final Cost.Meter meter;
  private final ClosedLoop loop = new ClosedLoop();

  LayerRuns(Options options, Cost.Meter meter) {
    this.options = options;
    this.meter = meter;
  }

  /** Returns one result per factory, in their order. */
  Measured[] measure(int clients, Work.Factory... layers) throws Exception {
    Latencies[] latencies = new Latencies[layers.length];
    Cost[] costs = new Cost[layers.length];
    for (int round = 0; round < options.rounds(); round++) {
      for (int i = 0; i < layers.length; i++) {
        Interval interval = new Interval();
        Latencies run =
            loop.run(layers[i], clients, options.seconds() / 3.0, options.seconds(), interval);
        latencies[i] = latencies[i] == null ? run : latencies[i].and(run);
        costs[i] = (costs[i] == null ? Cost.NOTHING : costs[i]).plus(interval.cost());
      }
    }
    Measured[] results = new Measured[layers.length];
    for (int i = 0; i < layers.length; i++) {
      results[i] = Measured.of(latencies[i], costs[i]);
    }
    return results;
  }

  /** Reads the meter as the measured interval begins and ends. */
  private final class Interval implements Runnable {
    private Cost begin;
    private Cost end;

    @Override
    public void run() {
      try {
        begin = end;
        end = meter.read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Cost cost() {
      return end.minus(begin);
    }
  }
}
