package io.perdura.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Deadline;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two servers and many callers on the same rules. */
class PolicyConcurrencyTest {
  private static final int CALLERS = 6;
  private static final int CALLS = 15;

  @Test
  void everyFeedbackCountsOnceAndTheChainNeverForks() throws Exception {
    try (TestDatabase testDatabase = TestDatabase.fresh();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      PolicyKit one = new PolicyKit(testDatabase.dataSource());
      PolicyKit two = new PolicyKit(testDatabase.dataSource());
      List<UUID> rules = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        UUID rule = one.rule("s", "{}", "{'tool':{'prefer':['a']}}");
        one.state(rule, "s", "active");
        rules.add(rule);
      }
      List<Future<?>> done = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int number = caller;
        PolicyKit server = caller % 2 == 0 ? one : two;
        done.add(
            callers.submit(() -> {
              for (int call = 0; call < CALLS; call++) {
                act(server, rules, number, call);
              }
            }));
      }
      for (Future<?> caller : done) {
        caller.get();
      }

      assertThat(one.value("select sum(positive_count) from memory_rule_defs"))
          .as("each tool feedback counts for three rules, each rule feedback for one")
          .isEqualTo(Integer.toString(CALLERS * 5 * 3 + CALLERS * 5));
      assertThat(
              one.value(
                  "select count(parent_id) - count(distinct parent_id) from memory_commits where scope = 's'"))
          .as("no two commits have the same parent")
          .isEqualTo("0");
      assertThat(one.value("select count(*) from memory_commits where scope = 's'"))
          .isEqualTo(Integer.toString(3 + CALLERS * CALLS));
    }
  }

  private static void act(PolicyKit server, List<UUID> rules, int caller, int call) {
    Deadline.run(
        Duration.ofSeconds(60),
        () -> {
          switch (call % 3) {
            case 0 ->
                server.toolFeedback(
                    "{'scope':'s','candidates':['a'],'selected_tool':'a','outcome':'positive','input_text':'x','run_id':'%d-%d'}"
                        .formatted(caller, call));
            case 1 ->
                server.feedback(
                    "{'scope':'s','rule_node_id':'%s','outcome':'positive','input_text':'x'}"
                        .formatted(rules.get(call % rules.size())));
            default -> server.state(rules.get(caller % rules.size()), "s", "active");
          }
        });
  }
}
