package io.perdura.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How long it takes to evaluate a scope with 1,000 active rules: {@code -Dperdura.benchmark=true};
 * prints rows for docs/performance.md. The aim is 5 ms for 95 of 100 evaluations, the answer's text
 * included.
 */
@EnabledIfSystemProperty(named = "perdura.benchmark", matches = "true")
class EvaluationBenchmarkTest {
  private static final int RULES = 1_000;
  private static final int WARM_UP = 2_000;
  private static final int CALLS = 3_000;
  private static final double AIM_MS = 5;
  private static final String[] TOOLS = {"psql", "curl", "jq", "git", "mvn", "ssh", "rm", "ls"};

  private static final String CONTEXT =
      "{'intent':'intent-7','risk':7,'env':'staging','tool':{'name':'psql'},"
          + "'question':'please list the invoices of customer 4711','tags':['json','t7'],"
          + "'agent':{'id':'planner-1','team_id':'ops'}}";

  /**
   * By the clock, and what the thread itself took: another's work on the processor is not in it.
   */
  private record Times(double[] wall, double[] processor, int answer) {}

  @Test
  void aThousandRulesAreEvaluatedInFiveMilliseconds() {
    System.out.println(
        "| rules | matching | p50 ms | p95 ms | p99 ms | p50 CPU ms | p95 CPU ms | p99 CPU ms | answer KB |");
    System.out.println("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    JsonNode context = Rules.json(CONTEXT);
    Times usual = inProcess("one in twenty", false, context);
    inProcess("all", true, context);
    assertThat(usual.processor()[1]).isLessThan(AIM_MS);
  }

  private static Times inProcess(String matching, boolean all, JsonNode context) {
    Rules rules = new Rules();
    for (int i = 0; i < RULES; i++) {
      rules.rule(i, condition(i, all), then(i), "{'priority':" + i % 5 + "}");
    }
    RuleSet set = rules.set();
    Evaluator evaluator = new Evaluator(Settings.of(Map.of()), PolicyMeter.NONE);
    return measure(
        matching,
        () -> Jsons.text(evaluator.evaluate(Rules.SCOPE, set, context, false, 50).answer()));
  }

  /** Four kinds of condition; of each, one in twenty has this context's intent. */
  private static String condition(int i, boolean all) {
    String intent = "'intent':'intent-" + (all ? 7 : i / 4 % 20) + "'";
    return switch (i % 4) {
      case 0 -> "{" + intent + ",'tool.name':{'$in':['psql','curl']}}";
      case 1 -> "{'$and':[{" + intent + "},{'risk':{'$gte':5}},{'risk':{'$lt':9}}]}";
      case 2 -> "{" + intent + ",'question':{'$regex':'customer [0-9]+$'}}";
      default -> "{'tags':{'$contains':'json'},'env':{'$ne':'prod'}," + intent + "}";
    };
  }

  private static String then(int i) {
    return "{'tool':{'prefer':['"
        + TOOLS[i % TOOLS.length]
        + "'],'deny':['tool-"
        + i % 30
        + "']},'output':{'format':'"
        + (i % 2 == 0 ? "json" : "text")
        + "'}}";
  }

  private static Times measure(String matching, Supplier<String> evaluation) {
    int seen = 0;
    for (int i = 0; i < WARM_UP; i++) {
      seen += evaluation.get().length();
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] wall = new long[CALLS];
    long[] processor = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long begin = System.nanoTime();
      long busy = threads.getCurrentThreadCpuTime();
      seen = evaluation.get().length();
      processor[i] = threads.getCurrentThreadCpuTime() - busy;
      wall[i] = System.nanoTime() - begin;
    }
    Times times = new Times(quantiles(wall), quantiles(processor), seen);
    System.out.printf(
        "| %,d | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %d |%n",
        RULES,
        matching,
        times.wall()[0],
        times.wall()[1],
        times.wall()[2],
        times.processor()[0],
        times.processor()[1],
        times.processor()[2],
        times.answer() / 1024);
    return times;
  }

  private static double[] quantiles(long[] nanos) {
    Arrays.sort(nanos);
    return IntStream.of(50, 95, 99)
        .mapToDouble(percent -> nanos[nanos.length * percent / 100] / 1e6)
        .toArray();
  }
}
