package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void quantilesAreByNearestRank() {
    long[] nanos = new long[100];
    for (int i = 0; i < 100; i++) {
      nanos[i] = (100 - i) * 1_000_000L;
    }
    Latencies latencies = new Latencies(nanos, 2);
    assertThat(latencies.quantileMillis(0.50)).isEqualTo(50);
    assertThat(latencies.quantileMillis(0.99)).isEqualTo(99);
    assertThat(latencies.quantileMillis(1)).isEqualTo(100);
    assertThat(latencies.perSecond()).isEqualTo(50);
  }

  @Test
  void pooledRunsKeepEverySampleAndAllOfTheTime() {
    Latencies pooled =
        new Latencies(new long[] {1_000_000, 3_000_000}, 1)
            .and(new Latencies(new long[] {2_000_000}, 2));
    assertThat(pooled.count()).isEqualTo(3);
    assertThat(pooled.quantileMillis(0.5)).isEqualTo(2);
    assertThat(pooled.perSecond()).isCloseTo(1, within(1e-9));
  }

  @Test
  void theRatiosCompareTheServiceWithBothFloorsInARow() {
    Measured sql = new Measured(1, 500, 2, 2, 2, 0, 0, 0);
    Measured http = new Measured(1, 1000, 1, 1, 1, 0, 0, 0);
    Measured service = new Measured(1, 250, 3.9, 4, 4, 0, 0, 0);
    Series series = new Series("recall", 1, 1, 1, 1, sql, http, service);
    assertThat(series.medianRatio()).isCloseTo(1.3, within(1e-9));
    assertThat(series.throughputRatio()).isCloseTo(0.75, within(1e-9));
  }
}
