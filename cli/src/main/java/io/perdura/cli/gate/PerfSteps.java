package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.load.ConstantArrival;
import io.perdura.cli.load.LoadResult;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Latency and errors under a load by the clock. Recalls read the judged scope and leave nothing
 * there; writes go to a probe scope that is as large as one in use.
 */
final class PerfSteps {
  /** Nodes of one seeding write: some 60 kB, far below the limit of a body. */
  private static final int SEED_BATCH = 250;

  /** A generator that is later than this measured itself. */
  private static final double MOST_LAG_MS = 250;

  private static final String[] WORDS = {
    "release", "customer", "invoice", "deadline", "preference", "meeting", "incident", "password",
        "travel",
    "contract", "budget", "review", "database", "garden", "recipe", "train", "colleague", "project"
  };

  private final GateRun run;
  private final ProbeScopes scopes;
  private final PerfOptions options;

  PerfSteps(GateRun run, ProbeScopes scopes, PerfOptions options) {
    this.run = run;
    this.scopes = scopes;
    this.options = options;
  }

  List<Step> steps() {
    if (!options.run) {
      return List.of(Step.blocking("perf", () -> Outcome.skipped("--run-perf false")));
    }
    options.limits(run.thresholds);
    Duration time =
        Duration.ofMillis((long) ((options.seconds + options.warmUpSeconds) * 1000)).plusMinutes(3);
    return List.of(
        Step.blocking("perf_recall", this::recall).within(time),
        Step.blocking("perf_seed", this::seed).within(Duration.ofMinutes(45)),
        Step.blocking("perf_write", this::write).within(time));
  }

  private Outcome recall() throws InterruptedException {
    Reply first = run.client.probe("/v1/memory/recall_text", question(-1));
    if (first.isOk() && first.json().path("seeds").isEmpty()) {
      return Outcome.notProven(
          first.document(), "perf_recall_scope_empty: recall finds nothing in " + run.scope);
    }
    LoadResult load =
        arrival(options.recallRate)
            .run(i ->
                run.client.status(
                    "/v1/memory/recall_text",
                    Jsons.text(question(i)).getBytes(StandardCharsets.UTF_8),
                    true));
    return judged("recall", "recall_text", load, options.recallP95MaxMs);
  }

  /** Every call asks for other words, so that no cache answers for the service. */
  private ObjectNode question(long i) {
    int a = (int) Math.floorMod(i, (long) WORDS.length);
    int b = (int) Math.floorMod(i * 7 + 3, (long) WORDS.length);
    return run.about()
        .put(
            "query_text",
            "what do we know about the " + WORDS[a] + " and the " + WORDS[b] + " (" + i + ")")
        .put("limit", 20);
  }

  private Outcome seed() {
    String scope = scopes.make("perf");
    ObjectNode output = Jsons.object().put("scope", scope);
    int written = 0;
    while (written < options.seedNodes) {
      int count = Math.min(SEED_BATCH, options.seedNodes - written);
      ObjectNode body =
          run.about(scope).put("input_text", "seed " + written).put("memory_lane", "shared");
      body.put("auto_embed", false).put("trigger_topic_cluster", false);
      ArrayNode nodes = body.putArray("nodes");
      for (int i = 0; i < count; i++) {
        nodes.add(node("seed-" + (written + i), written + i));
      }
      Reply reply = run.client.patiently("/v1/memory/write", body, false);
      if (!reply.isOk()) {
        return Outcome.notProven(
            output.put("written", written), "perf_seed_failed: " + reply.complaint());
      }
      written += count;
    }
    run.observed.put("probe_scope_nodes", written);
    return Outcome.pass(output.put("written", written));
  }

  private ObjectNode node(String client, long i) {
    String word = WORDS[(int) Math.floorMod(i, (long) WORDS.length)];
    String text = "Note " + i + ": the " + word + " was talked about and the next step is known.";
    return Jsons.object().put("client_id", client).put("type", "event").put("text_summary", text);
  }

  private Outcome write() throws InterruptedException {
    String scope = scopes.make("perf");
    LoadResult load =
        arrival(options.writeRate)
            .run(i -> {
              ObjectNode body =
                  run.about(scope).put("input_text", "write " + i).put("memory_lane", "shared");
              body.put("auto_embed", options.embedOnWrite).put("trigger_topic_cluster", false);
              body.putArray("nodes").add(node("write-" + i, i));
              return run.client.status(
                  "/v1/memory/write", Jsons.text(body).getBytes(StandardCharsets.UTF_8), false);
            });
    return judged("write", "write", load, options.writeP95MaxMs);
  }

  private ConstantArrival arrival(double rate) {
    return new ConstantArrival(rate, options.warmUpSeconds, options.seconds);
  }

  private Outcome judged(String key, String name, LoadResult load, double p95Max) {
    ObjectNode output = load.describe(name);
    List<String> blind = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    run.observed
        .put(key + "_samples", load.succeeded())
        .put(key + "_rate_limited_429", load.limited());
    boolean admitted = load.calls() > load.limited();
    double worst =
        Math.max(run.observed.path("max_error_rate").asDouble(0), admitted ? load.errorRate() : 0);
    run.observed.put("max_error_rate", Math.round(worst * 1e4) / 1e4);
    if (admitted && load.errorRate() > options.errorRateMax) {
      reasons.add(
          "perf_error_rate_slo: "
              + load.failed()
              + " of "
              + (load.calls() - load.limited())
              + " admitted calls failed");
    }
    if (load.succeeded() < options.minSamples) {
      blind.add(
          "perf_samples_insufficient: "
              + load.succeeded()
              + " successes, "
              + load.limited()
              + " turned away by limits");
    } else {
      double p95 = load.millis(0.95);
      run.observed
          .put(key + "_p95_ms", p95)
          .put(key + "_p50_ms", load.millis(0.5))
          .put(key + "_p99_ms", load.millis(0.99));
      if (p95 > p95Max) {
        reasons.add("perf_" + key + "_p95_slo: " + p95 + " ms");
      }
    }
    if (load.mostLagMs() > MOST_LAG_MS) {
      blind.add(
          "perf_generator_late: by "
              + Math.round(load.mostLagMs())
              + " ms, so its figures are its own");
    }
    if (!reasons.isEmpty()) {
      reasons.addAll(blind);
      return Outcome.fail(output, reasons.toArray(String[]::new));
    }
    return blind.isEmpty()
        ? Outcome.pass(output)
        : Outcome.notProven(output, blind.toArray(String[]::new));
  }
}
