package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobLoop;
import io.perdura.jobs.PagedWork;
import io.perdura.schema.TestDatabase;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that nobody owns get an owner, and are published only when that is asked for. */
class OwnerBackfillTest {
  private TestDatabase database;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    kit = new MemoryKit(database.dataSource());
    kit.write(
        """
        {'scope':'s','input_text':'x','auto_embed':false,'nodes':[
          {'client_id':'a','type':'event','text_summary':'a','embedding':[1,0,0,0]},
          {'client_id':'b','type':'entity','title':'b'},
          {'client_id':'c','type':'event','text_summary':'c','producer_agent_id':'ann'},
          {'client_id':'d','type':'event','text_summary':'d','memory_lane':'shared'},
          {'client_id':'r','type':'rule','owner_agent_id':'ann','slots':{'if':{},'then':{}}}]}
        """);
    kit.execute("update memory_nodes set owner_agent_id = null where client_id = 'c'");
    kit.execute("update memory_nodes set owner_agent_id = ' ' where client_id = 'r'");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private JsonNode run(PagedWork work, String... namesAndValues) {
    Map<String, String> given = new HashMap<>(Map.of("scope", "s"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return JobLoop.run(work, kit.database, given).body();
  }

  private PagedWork lanes() {
    return PrivateLaneOwnerBackfill.of(kit.settings, kit.generations, MemoryKit.CLOCK);
  }

  private PagedWork rules() {
    return PrivateRuleOwnerBackfill.of(kit.settings, kit.generations, MemoryKit.CLOCK);
  }

  private String node(String clientId, String column) {
    return kit.value(
        "select " + column + " from memory_nodes where client_id = '" + clientId + "'");
  }

  @Test
  void theProducerBecomesTheOwnerAndWhatIsLeftGoesToQuarantine() {
    JsonNode result = run(lanes());

    assertThat(node("c", "owner_agent_id")).isEqualTo("ann");
    assertThat(node("a", "owner_agent_id")).isEqualTo(OwnerBackfill.QUARANTINE);
    assertThat(node("a", "memory_lane")).isEqualTo("private");
    assertThat(node("a", "slots->>'owner_quarantined_by'"))
        .isEqualTo("private-lane-owner-backfill");
    assertThat(kit.value("select owner_agent_id from memory_vectors"))
        .isEqualTo(OwnerBackfill.QUARANTINE);
    assertThat(node("d", "owner_agent_id")).isNull();
    assertThat(result.path("updated").intValue()).isEqualTo(4);
    assertThat(result.path("updated_set_owner").intValue()).isEqualTo(1);
    assertThat(result.path("updated_quarantined").intValue()).isEqualTo(3);
    assertThat(result.path("updated_moved_shared").intValue()).isZero();
    assertThat(result.path("updated_by_type").path("event").intValue()).isEqualTo(2);
    assertThat(result.path("remaining_unfixed").intValue()).isZero();
    assertThat(result.path("sample")).hasSize(4);
  }

  @Test
  void aDefaultTeamBecomesTheOwnerAsThePlanSays() {
    JsonNode plan = run(lanes(), "default-owner-team", "red", "dry-run", "true");
    assertThat(node("a", "owner_team_id")).isNull();
    JsonNode result = run(lanes(), "default-owner-team", "red");

    assertThat(plan.path("planned")).isEqualTo(result.path("planned"));
    assertThat(plan.path("updated").intValue()).isZero();
    assertThat(plan.path("commit_id").isNull()).isTrue();
    assertThat(plan.path("remaining_unfixed").intValue()).isEqualTo(4);
    assertThat(plan.path("sample")).isEqualTo(result.path("sample"));
    assertThat(result.path("updated_set_owner").intValue()).isEqualTo(4);
    assertThat(node("a", "owner_team_id")).isEqualTo("red");
    assertThat(node("a", "memory_lane")).isEqualTo("private");
    assertThat(node("c", "owner_team_id")).isNull();
  }

  @Test
  void nodesArePublishedOnlyWhenThatIsAskedForAndLeftAloneWhenThatIs() {
    JsonNode left = run(lanes(), "no-shared-fallback", "true");
    assertThat(left.path("planned").path("unresolved").intValue()).isEqualTo(3);
    assertThat(left.path("remaining_unfixed_by_type").path("event").intValue()).isEqualTo(1);
    assertThat(node("a", "owner_agent_id")).isNull();

    JsonNode shared = run(lanes(), "shared-fallback", "true");
    assertThat(shared.path("updated_moved_shared").intValue()).isEqualTo(3);
    assertThat(node("a", "memory_lane")).isEqualTo("shared");
    assertThatThrownBy(() -> run(lanes(), "shared-fallback", "true", "no-shared-fallback", "true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyChangedNodeIsLinkedToTheJobsCommitAndASecondRunChangesNothing() {
    JsonNode first = run(lanes(), "limit", "2");
    assertThat(
            kit.value(
                "select count(*) from memory_nodes where commit_id = '"
                    + first.path("commit_id").textValue()
                    + "'"))
        .isEqualTo("2");
    assertThat(first.path("remaining_unfixed").intValue()).isEqualTo(2);
    JsonNode second = run(lanes());
    assertThat(second.path("updated").intValue()).isEqualTo(2);
    long commits = kit.count("memory_commits");

    JsonNode third = run(lanes());

    assertThat(third.path("planned").path("matched").intValue()).isZero();
    assertThat(third.path("commit_id").isNull()).isTrue();
    assertThat(kit.count("memory_commits")).isEqualTo(commits);
    assertThat(kit.verifyChain("s").path("valid").booleanValue()).isTrue();
  }

  @Test
  void morePagesThanOneGiveEachItsCommit() {
    kit.execute(
        "insert into memory_nodes (id, scope, type, commit_id, embedding_status, created_at) select gen_random_uuid(), 's',"
            + " 'event', commit_id, 'pending', now() - interval '1 day' from memory_nodes, generate_series(1, 600)"
            + " where client_id = 'a'");

    JsonNode result = run(lanes());

    assertThat(result.path("updated").intValue()).isEqualTo(604);
    assertThat(result.path("commits").intValue()).isEqualTo(2);
    assertThat(result.path("remaining_unfixed").intValue()).isZero();
    assertThat(kit.verifyChain("s").path("valid").booleanValue()).isTrue();
  }

  @Test
  void ofRulesOnlyRulesAreChangedAndTheirServersHearOfIt() {
    kit.execute("update memory_rule_defs set state = 'active'");
    String before = kit.value("select version from memory_rule_sets where scope = 's'");

    JsonNode result = run(rules(), "default-owner-agent", "bob");

    assertThat(result.path("updated").intValue()).isEqualTo(1);
    assertThat(result.has("updated_by_type")).isFalse();
    assertThat(node("r", "owner_agent_id")).isEqualTo("bob");
    assertThat(node("a", "owner_agent_id")).isNull();
    assertThat(kit.value("select version from memory_rule_sets where scope = 's'"))
        .isNotEqualTo(before);
  }
}
