package io.perdura.benchmarks;

import java.util.Arrays;

/** What closed-loop runs of one thing measured: every sample, and the time from start to end. */
final class Latencies {
  private final long[] sorted;
  private final double wallSeconds;

  Latencies(long[] nanos, double wallSeconds) {
    this.sorted = nanos.clone();
    Arrays.sort(sorted);
    this.wallSeconds = wallSeconds;
  }

  /** Pools two runs of the same thing. */
  Latencies and(Latencies other) {
    long[] both = Arrays.copyOf(sorted, sorted.length + other.sorted.length);
    System.arraycopy(other.sorted, 0, both, sorted.length, other.sorted.length);
    return new Latencies(both, wallSeconds + other.wallSeconds);
  }

  int count() {
    return sorted.length;
  }

  double perSecond() {
    return count() / wallSeconds;
  }

  /** Nearest-rank quantile in milliseconds. */
  double quantileMillis(double q) {
    int index = (int) Math.ceil(count() * q) - 1;
    return sorted[Math.max(0, index)] / 1e6;
  }

  @Override
  public String toString() {
    return "%d calls, %.0f/s, p50 %.2f ms, p99 %.2f ms"
        .formatted(count(), perSecond(), quantileMillis(0.5), quantileMillis(0.99));
  }
}
