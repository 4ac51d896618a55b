package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Expected figures are worked out by hand: 0.995 to the power of ten is 0.951110, and so on. */
class SalienceDecayTest {
  private TestDatabase server;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = kit();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private MemoryKit kit(String... settings) {
    return new MemoryKit(server.dataSource(), settings);
  }

  private static SalienceDecayJob job(MemoryKit kit) {
    return job(kit, 2_000);
  }

  private static SalienceDecayJob job(MemoryKit kit, int page) {
    return new SalienceDecayJob(kit.settings, kit.generations, VectorEvents.silent(), page);
  }

  private void node(String name, String slots) {
    kit.write(
        "{'input_text':'"
            + name
            + "','memory_lane':'shared','nodes':[{'type':'entity','client_id':'"
            + name
            + "','title':'"
            + name
            + "','slots':"
            + slots
            + "}]}");
  }

  /** Makes every node as it was after so many days without a run. */
  private void age(String more) {
    kit.execute("update memory_nodes set " + more);
  }

  private double salience(String name) {
    return Double.parseDouble(
        kit.value("select salience from memory_nodes where client_id = '" + name + "'"));
  }

  private String tier(String name) {
    return kit.value("select tier from memory_nodes where client_id = '" + name + "'");
  }

  private String commits() {
    return kit.value("select count(*) from memory_commits where kind = 'salience_decay'");
  }

  @Test
  void tenDaysCostWhatTenRunsOfADayWouldHave() {
    node("plain", "{}");
    node("recent", "{}");
    node("praised", "{'feedback_quality':1}");
    node("blamed", "{'feedback_quality':-1}");
    node("counted", "{'feedback_positive':'1','feedback_negative':'3'}");
    age("salience = 0.5, decayed_at = now() - interval '10 days'");
    kit.execute(
        "update memory_nodes set last_activated = now() - interval '3 days' where client_id = 'recent'");

    JsonNode result = Jobs.body(kit, job(kit));

    assertThat(salience("plain")).isEqualTo(0.475555, within(2e-6)); // 0.995 each day
    assertThat(salience("recent")).isEqualTo(0.485201, within(2e-6)); // 1 - 0.005 * 0.6
    assertThat(salience("praised")).isEqualTo(0.487640, within(2e-6)); // 1 - 0.005 * 0.5
    assertThat(salience("blamed")).isEqualTo(0.452191, within(2e-6)); // 1 - 0.005 * 2
    assertThat(salience("counted")).isEqualTo(0.463741, within(2e-6)); // 1 - 0.005 * 1.5
    assertThat(result.get("updated_salience").intValue()).isEqualTo(5);
    assertThat(result.get("adaptive_recent_nodes").intValue()).isEqualTo(1);
    assertThat(result.get("adaptive_positive_feedback_nodes").intValue()).isEqualTo(1);
    assertThat(result.get("adaptive_negative_feedback_nodes").intValue()).isEqualTo(2);
    assertThat(result.get("adaptive_decay_scale_avg").doubleValue()).isEqualTo(1.12);
    assertThat(result.get("adaptive_decay_scale_min").doubleValue()).isEqualTo(0.5);
    assertThat(result.get("adaptive_decay_scale_max").doubleValue()).isEqualTo(2);
  }

  @Test
  void runningAgainAtOnceDecaysNothingAndLeavesNoCommit() {
    node("plain", "{}");
    age("salience = 0.5, decayed_at = now() - interval '5 days'");
    Jobs.body(kit, job(kit));
    double after = salience("plain");

    JsonNode again = Jobs.body(kit, job(kit));

    assertThat(salience("plain")).isEqualTo(after);
    assertThat(again.get("updated_salience").intValue()).isZero();
    assertThat(again.get("commit_id").isNull()).isTrue();
    assertThat(commits()).isEqualTo("1");
    age("decayed_at = now() - interval '5 days'");
    Jobs.body(kit, job(kit));
    assertThat(salience("plain")).isEqualTo(0.475555, within(2e-6));
  }

  @Test
  void whatFadesMovesOneTierARunAndWhatIsPinnedNever() {
    kit = kit("MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", "1");
    node("idle", "{}");
    node("pinned", "{'pin':true}");
    node("held", "{'legal_hold':'yes'}");
    node("used", "{}");
    age("salience = 0.01, created_at = now() - interval '400 days'");
    kit.execute("update memory_nodes set last_activated = now() where client_id = 'used'");

    List<String> tiers = new ArrayList<>();
    for (int run = 0; run < 4; run++) {
      Jobs.body(kit, job(kit));
      tiers.add(tier("idle"));
    }

    assertThat(tiers).containsExactly("warm", "cold", "archive", "archive");
    assertThat(tier("pinned")).isEqualTo("hot");
    assertThat(tier("held")).isEqualTo("hot");
    assertThat(tier("used")).isEqualTo("hot");
    assertThat(salience("pinned")).isEqualTo(0.01, within(1e-6));
    assertThat(
            kit.rows("select slots from memory_nodes where client_id = 'idle'")
                .at("/0/slots/last_tier_transition_from")
                .textValue())
        .isEqualTo("cold");
  }

  @Test
  void theDailyAllowanceIsKeptOverRuns() {
    for (int i = 0; i < 40; i++) {
      node("n" + i, "{}");
    }
    age(
        "salience = 0.2, created_at = now() - interval '400 days', decayed_at = now() - interval '1 day'");
    kit.execute("update memory_nodes set salience = 0.001 where client_id in ('n7', 'n31')");

    JsonNode first = Jobs.body(kit, job(kit));
    JsonNode second = Jobs.body(kit, job(kit));

    assertThat(first.get("max_daily_mutations").intValue()).isEqualTo(2);
    assertThat(first.get("moved_hot_to_warm").intValue()).isEqualTo(2);
    assertThat(first.get("remaining_budget").intValue()).isZero();
    assertThat(first.at("/tier_counts/warm").intValue()).isEqualTo(2);
    assertThat(tier("n7") + tier("n31")).isEqualTo("warmwarm");
    assertThat(second.get("used_today").intValue()).isEqualTo(2);
    assertThat(second.get("transitions_total").intValue()).isZero();
  }

  @Test
  void aScopeOverItsBudgetsCoolsDown() {
    kit =
        kit(
            "MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", "1",
            "MEMORY_SCOPE_HOT_NODE_BUDGET", "6",
            "MEMORY_SCOPE_ACTIVE_NODE_BUDGET", "8");
    for (int i = 0; i < 10; i++) {
      node("n" + i, "{}");
      kit.execute(
          "update memory_nodes set salience = 0.9 - "
              + i
              + " * 0.01 where client_id = 'n"
              + i
              + "'");
    }
    age("decayed_at = now() - interval '1 day'");

    JsonNode dry = Jobs.body(kit, job(kit), "dry-run", "true");
    JsonNode result = Jobs.body(kit, job(kit));

    // 10 hot: 4 too many become warm. 10 active: 2 too many, and those that moved already stay.
    assertThat(result.get("moved_budget_hot_to_warm").intValue()).isEqualTo(4);
    assertThat(result.get("moved_budget_warm_to_cold").intValue()).isZero();
    assertThat(result.get("moved_budget_hot_to_cold").intValue()).isEqualTo(2);
    assertThat(result.get("transitions_budget_total").intValue()).isEqualTo(6);
    assertThat(tier("n9")).isEqualTo("warm");
    assertThat(tier("n5")).isEqualTo("cold");
    assertThat(tier("n0")).isEqualTo("hot");
    for (String key :
        List.of(
            "updated_salience",
            "moved_budget_hot_to_warm",
            "moved_budget_hot_to_cold",
            "transitions_total",
            "scope_budget",
            "adaptive_decay_scale_avg")) {
      assertThat(dry.get(key)).as(key).isEqualTo(result.get(key));
    }
  }

  @Test
  void aDryRunTellsTheSameAndChangesNothing() {
    kit = kit("MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", "1");
    node("a", "{}");
    node("b", "{}");
    // 0.352 fades to 0.3485 in two days, below the 0.35 of warm
    age(
        "salience = 0.352, created_at = now() - interval '30 days', decayed_at = now() - interval '2 days'");
    String before = kit.rows("select * from memory_nodes order by id").toString();

    JsonNode dry = Jobs.body(kit, job(kit), "dry-run", "true");

    assertThat(kit.rows("select * from memory_nodes order by id").toString()).isEqualTo(before);
    assertThat(commits()).isEqualTo("0");
    assertThat(dry.get("updated_salience").intValue()).isEqualTo(2);
    assertThat(dry.get("moved_hot_to_warm").intValue()).isEqualTo(2);
    assertThat(Jobs.body(kit, job(kit)).get("moved_hot_to_warm").intValue()).isEqualTo(2);
  }

  @Test
  void everyChangedNodeNamesTheCommitThatChangedIt() {
    kit = kit("MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", "1");
    node("fades", "{}");
    node("pinned", "{'pin':1}");
    age(
        "salience = 0.01, created_at = now() - interval '400 days', decayed_at = now() - interval '1 day'");

    JsonNode result = Jobs.body(kit, job(kit));

    assertThat(kit.value("select commit_id from memory_nodes where client_id = 'fades'"))
        .isEqualTo(result.get("commit_id").textValue());
    assertThat(
            kit.value(
                "select c.kind from memory_nodes n join memory_commits c on c.id = n.commit_id where client_id = 'pinned'"))
        .isNull();
    assertThat(result.get("commits").intValue()).isEqualTo(2);
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void aRunThatDiesInEveryPageEndsAsOneThatDoesNot() {
    kit = kit("MEMORY_TIER_MAX_DAILY_MUTATION_RATIO", "1");
    for (int i = 0; i < 23; i++) {
      node("n" + i, "{}");
    }
    age(
        "salience = 0.2, created_at = now() - interval '400 days', decayed_at = now() - interval '10 days'");

    JsonNode result = Jobs.runDying(kit, job(kit, 5)).body();

    assertThat(result.get("updated_salience").intValue()).isEqualTo(23);
    assertThat(result.get("moved_hot_to_warm").intValue()).isEqualTo(23);
    assertThat(
            kit.value(
                "select count(*) from memory_nodes where tier = 'warm' and abs(salience - 0.190222) < 2e-6"))
        .isEqualTo("23");
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void otherScopesStayAsTheyAreAndAnUnknownParameterIsRefused() {
    kit.write(
        "{'input_text':'x','scope':'other','tenant_id':'acme','nodes':[{'type':'entity','client_id':'o'}]}");
    node("own", "{}");
    age("salience = 0.5, decayed_at = now() - interval '10 days'");

    Jobs.body(kit, job(kit), "scope", "tenant:acme::scope:other");

    assertThat(salience("own")).isEqualTo(0.5);
    assertThat(salience("o")).isEqualTo(0.475555, within(2e-6));
    assertThatThrownBy(() -> Jobs.body(kit, job(kit), "scop", "x", "dry-run", "maybe"))
        .hasMessageContaining("unknown parameter scop")
        .hasMessageContaining("dry-run must be true or false");
    assertThatThrownBy(() -> Jobs.body(kit, job(kit), "scope", "tenant:x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void absurdFiguresInSlotsNeitherStopARunNorCount() {
    node("huge", "{'feedback_quality':1e300,'pin':'no','last_tier_transition_ms':'soon'}");
    node("odd", "{'feedback_positive':'x','feedback_negative':{},'legal_hold':0}");
    age("salience = 0.5, decayed_at = now() - interval '40000 days'");

    Jobs.body(kit, job(kit));

    assertThat(salience("odd")).isZero();
  }

  @Test
  void writersAndRunsAtTheSameTimeLoseNothing() throws Exception {
    for (int i = 0; i < 60; i++) {
      node("n" + i, "{}");
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Object>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int from = t;
        tasks.add(() -> {
          for (int i = from; i < 60; i += 4) {
            kit.activate(
                "{'client_ids':['n"
                    + i
                    + "','n"
                    + (59 - i)
                    + "'],'outcome':'positive','input_text':'x'}");
            node("more" + from + "-" + i, "{}");
          }
          return null;
        });
        tasks.add(() -> {
          for (int i = 0; i < 60; i++) {
            kit.execute(
                "update memory_nodes set decayed_at = now() - interval '1 day' where client_id = 'n"
                    + i
                    + "'");
          }
          return Jobs.body(kit, job(kit, 7));
        });
      }
      for (Future<Object> future : threads.invokeAll(tasks)) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(
            kit.value(
                "select sum((slots->>'feedback_positive')::int) from memory_nodes where client_id like 'n%'"))
        .isEqualTo("232");
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }
}
