package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import picocli.CommandLine.Option;

/** Limits and load of the performance part. */
final class PerfOptions {
  @Option(
      names = "--run-perf",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description = "measure latency and errors (default: ${DEFAULT-VALUE})")
  boolean run;

  @Option(
      names = "--recall-p95-max-ms",
      paramLabel = "MS",
      defaultValue = "1200",
      description = "highest p95 of recall_text (default: ${DEFAULT-VALUE})")
  double recallP95MaxMs;

  @Option(
      names = "--write-p95-max-ms",
      paramLabel = "MS",
      defaultValue = "800",
      description = "highest p95 of write (default: ${DEFAULT-VALUE})")
  double writeP95MaxMs;

  @Option(
      names = "--error-rate-max",
      paramLabel = "SHARE",
      defaultValue = "0.02",
      description = "highest share of errors among admitted requests (default: ${DEFAULT-VALUE})")
  double errorRateMax;

  @Option(
      names = "--perf-recall-rate",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "recalls offered a second; keep it under the service's limits (default: ${DEFAULT-VALUE})")
  double recallRate;

  @Option(
      names = "--perf-write-rate",
      paramLabel = "N",
      defaultValue = "3",
      description = "writes offered a second (default: ${DEFAULT-VALUE})")
  double writeRate;

  @Option(
      names = "--perf-seconds",
      paramLabel = "S",
      defaultValue = "40",
      description = "how long each load is measured (default: ${DEFAULT-VALUE})")
  double seconds;

  @Option(
      names = "--perf-warmup-seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "load before that, which is not counted (default: ${DEFAULT-VALUE})")
  double warmUpSeconds;

  @Option(
      names = "--perf-min-samples",
      paramLabel = "N",
      defaultValue = "100",
      description = "fewer successes than this prove nothing (default: ${DEFAULT-VALUE})")
  long minSamples;

  @Option(
      names = "--perf-seed-nodes",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "nodes in the probe scope before writes are measured (default: ${DEFAULT-VALUE})")
  int seedNodes;

  @Option(names = "--perf-embed-on-write", description = "let measured writes ask for embeddings")
  boolean embedOnWrite;

  void check() {
    boolean sound =
        recallRate > 0
            && writeRate > 0
            && seconds > 0
            && warmUpSeconds >= 0
            && minSamples > 0
            && seedNodes >= 0
            && errorRateMax >= 0
            && errorRateMax <= 1
            && recallP95MaxMs > 0
            && writeP95MaxMs > 0;
    if (!sound) {
      throw new Trouble(
          "Rates, times and limits of the performance part must be above 0, --error-rate-max between 0 and 1.");
    }
    if (Math.min(recallRate, writeRate) * seconds < minSamples) {
      throw new Trouble(
          "The load is too short for --perf-min-samples: rate times --perf-seconds gives fewer calls.");
    }
  }

  void describe(ObjectNode inputs) {
    inputs
        .put("run_perf", run)
        .put("perf_recall_rate", recallRate)
        .put("perf_write_rate", writeRate);
    inputs.put("perf_seconds", seconds).put("perf_warmup_seconds", warmUpSeconds);
    inputs.put("perf_seed_nodes", seedNodes).put("perf_embed_on_write", embedOnWrite);
  }

  void limits(ObjectNode thresholds) {
    thresholds.put("recall_p95_ms", recallP95MaxMs).put("write_p95_ms", writeP95MaxMs);
    thresholds.put("max_error_rate", errorRateMax);
    thresholds.put("recall_samples", minSamples).put("write_samples", minSamples);
  }
}
