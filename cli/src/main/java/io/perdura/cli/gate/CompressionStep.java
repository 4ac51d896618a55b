package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.service.Reply;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** A context under a budget is shorter and keeps most of its items and citations. */
final class CompressionStep {
  private static final int SIX_DECIMALS = 1_000_000;

  private final GateRun run;
  private final Options options;

  /** Limits and samples. */
  static final class Options {
    @Option(
        names = "--compression-gate-mode",
        paramLabel = "MODE",
        defaultValue = "non_blocking",
        description = "blocking or non_blocking (default: ${DEFAULT-VALUE})")
    Step.Mode mode;

    @Option(
        names = "--compression-ratio-min",
        paramLabel = "R",
        defaultValue = "0.30",
        description = "default ${DEFAULT-VALUE}")
    double ratioMin;

    @Option(
        names = "--compression-items-retain-min",
        paramLabel = "R",
        defaultValue = "0.55",
        description = "default ${DEFAULT-VALUE}")
    double itemsMin;

    @Option(
        names = "--compression-citations-retain-min",
        paramLabel = "R",
        defaultValue = "0.55",
        description = "default ${DEFAULT-VALUE}")
    double citationsMin;

    @Option(
        names = "--perf-compression-samples",
        paramLabel = "N",
        defaultValue = "10",
        description = "pairs of recalls (default: ${DEFAULT-VALUE})")
    int samples;

    @Option(
        names = "--perf-compression-token-budget",
        paramLabel = "N",
        defaultValue = "1400",
        description = "default ${DEFAULT-VALUE}")
    int tokenBudget;

    @Option(
        names = "--perf-compression-profile",
        paramLabel = "P",
        defaultValue = "balanced",
        description = "balanced or aggressive (default: ${DEFAULT-VALUE})")
    String profile;

    @Option(
        names = "--perf-compression-query-text",
        paramLabel = "TEXT",
        defaultValue = "what was decided and what happens next",
        description = "what is asked (default: ${DEFAULT-VALUE})")
    String queryText;
  }

  CompressionStep(GateRun run, Options options) {
    this.run = run;
    this.options = options;
  }

  Step kpi() {
    run.thresholds.put("compression_ratio_mean", options.ratioMin);
    run.thresholds.put("compression_items_retain_mean", options.itemsMin);
    run.thresholds.put("compression_citations_retain_mean", options.citationsMin);
    return Step.ofMode(options.mode, "compression_kpi", this::look)
        .within(java.time.Duration.ofMinutes(10));
  }

  /** One pair's figures. */
  private record Pair(double ratio, double items, double citations) {}

  private Outcome look() {
    ObjectNode output = Jsons.object();
    ArrayNode pairs = output.putArray("pairs");
    List<Pair> good = new ArrayList<>();
    for (int i = 0; i < options.samples; i++) {
      ObjectNode question = run.about().put("query_text", options.queryText);
      Reply whole = run.client.patiently("/v1/memory/recall_text", question, true);
      ObjectNode tight = question.deepCopy().put("context_token_budget", options.tokenBudget);
      tight.put("context_compaction_profile", options.profile);
      Reply compact = run.client.patiently("/v1/memory/recall_text", tight, true);
      JsonNode before = whole.json().path("context");
      JsonNode after = compact.json().path("context");
      int chars = before.path("text").asText("").length();
      ObjectNode one = pairs.addObject().put("baseline_status", whole.status());
      one.put("compressed_status", compact.status()).put("baseline_chars", chars);
      if (whole.isOk() && compact.isOk() && chars > 0) {
        Pair pair =
            new Pair(
                Math.max(0, 1 - after.path("text").asText("").length() / (double) chars),
                retained(before.path("items"), after.path("items")),
                retained(before.path("citations"), after.path("citations")));
        one.put("ratio", pair.ratio())
            .put("items_retained", pair.items())
            .put("citations_retained", pair.citations());
        good.add(pair);
      }
    }
    return judged(output, good);
  }

  private Outcome judged(ObjectNode output, List<Pair> pairs) {
    run.observed.put("compression_ok_pairs", pairs.size());
    if (pairs.isEmpty()) {
      return Outcome.notProven(output, "compression_kpi_pairs_insufficient");
    }
    List<String> reasons = new ArrayList<>();
    judge(
        reasons,
        "compression_ratio_mean",
        pairs.stream().mapToDouble(Pair::ratio).average().orElse(0),
        options.ratioMin,
        "compression_kpi_ratio_below_threshold");
    judge(
        reasons,
        "compression_items_retain_mean",
        pairs.stream().mapToDouble(Pair::items).average().orElse(0),
        options.itemsMin,
        "compression_kpi_items_retain_below_threshold");
    judge(
        reasons,
        "compression_citations_retain_mean",
        pairs.stream().mapToDouble(Pair::citations).average().orElse(0),
        options.citationsMin,
        "compression_kpi_citations_retain_below_threshold");
    return Outcome.judged(output, reasons);
  }

  private void judge(List<String> reasons, String name, double mean, double least, String reason) {
    double value = Math.round(mean * SIX_DECIMALS) / (double) SIX_DECIMALS;
    run.observed.put(name, value);
    if (value < least) {
      reasons.add(reason + ": " + value);
    }
  }

  private static double retained(JsonNode before, JsonNode after) {
    return before.isEmpty() ? 1 : Math.min(1, after.size() / (double) before.size());
  }
}
