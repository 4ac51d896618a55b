package io.perdura.benchmarks;

/**
 * One layer at one concurrency. Times in milliseconds; costs per call.
 *
 * @param allocatedKilobytes of the server's heap
 */
record Measured(
    int calls,
    double perSecond,
    double p50,
    double p95,
    double p99,
    double serverCpuMillis,
    double databaseCpuMillis,
    double allocatedKilobytes) {

  static Measured of(Latencies latencies, Cost cost) {
    int calls = latencies.count();
    return new Measured(
        calls,
        latencies.perSecond(),
        latencies.quantileMillis(0.50),
        latencies.quantileMillis(0.95),
        latencies.quantileMillis(0.99),
        cost.serverCpuSeconds() * 1000 / calls,
        cost.databaseCpuSeconds() * 1000 / calls,
        cost.allocatedBytes() / 1024 / calls);
  }
}
