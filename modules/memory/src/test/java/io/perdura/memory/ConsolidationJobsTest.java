package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobResult;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Duplicates are found, merged, freed of their edges and judged, with both kinds of vector column.
 */
abstract class ConsolidationJobsTest extends DatabaseSuite {
  private MemoryKit kit;

  @BeforeEach
  void start() {
    kit = new MemoryKit(dataSource(), "AUTO_TOPIC_CLUSTER_ON_WRITE", "false");
    kit.execute("truncate memory_commits, embedding_scopes cascade");
  }

  private ConsolidationCandidatesJob candidates() {
    return new ConsolidationCandidatesJob(kit.database, kit.settings, kit.generations);
  }

  private ConsolidationApplyJob apply() {
    return new ConsolidationApplyJob(kit.settings, kit.generations, VectorEvents.silent());
  }

  private ConsolidationRedirectJob redirect() {
    return new ConsolidationRedirectJob(kit.settings);
  }

  private ConsolidationHealthJob health() {
    return new ConsolidationHealthJob(kit.database, kit.settings, kit.generations);
  }

  private ConsolidationReplayJob replay() {
    return new ConsolidationReplayJob(kit.database, kit.settings, kit.generations);
  }

  private void node(
      String type, String name, String text, String vector, double salience, String more) {
    kit.write(
        "{'input_text':'"
            + name
            + "','memory_lane':'shared','nodes':[{'type':'"
            + type
            + "','client_id':'"
            + name
            + "','title':'"
            + text
            + "','embedding':"
            + vector
            + ",'salience':"
            + salience
            + more
            + "}]}");
  }

  private void edge(String type, String src, String dst, double weight) {
    kit.write(
        "{'input_text':'"
            + type
            + src
            + dst
            + "','edges':[{'type':'"
            + type
            + "','src':{'id':'"
            + id(src)
            + "'},'dst':{'id':'"
            + id(dst)
            + "'},'weight':"
            + weight
            + "}]}");
  }

  private String id(String name) {
    return kit.value("select id from memory_nodes where client_id = '" + name + "'");
  }

  private String slot(String name, String slot) {
    return kit.value(
        "select slots->>'" + slot + "' from memory_nodes where client_id = '" + name + "'");
  }

  private static boolean has(JsonNode list, String key, String value) {
    return StreamSupport.stream(list.spliterator(), false)
        .anyMatch(item -> item.path(key).asText().equals(value));
  }

  /** Two cities under one name each, and one that is neither. */
  private void cities() {
    node("entity", "paris", "paris city france", "[1,0,0,0]", 0.9, "");
    node("entity", "paris2", "paris city", "[1,0.1,0,0]", 0.5, "");
    node("entity", "rome", "rome", "[0,1,0,0]", 0.9, "");
  }

  @Test
  void aPairIsScoredByVectorsAndWords() throws Exception {
    cities();

    JsonNode body = Jobs.run(candidates()).body();

    assertThat(body.get("suggested").intValue()).isEqualTo(1);
    JsonNode pair = body.at("/suggestions/0");
    assertThat(pair.get("canonical_id").textValue()).isEqualTo(id("paris"));
    assertThat(pair.get("duplicate_id").textValue()).isEqualTo(id("paris2"));
    // cosine 1 / sqrt(1.01) = 0.995037; words 2 of 3; 0.8 * 0.995037 + 0.2 * 0.666667 = 0.929363
    assertThat(pair.get("vector_similarity").doubleValue()).isEqualTo(0.995037);
    assertThat(pair.get("lexical_similarity").doubleValue()).isEqualTo(0.666667);
    assertThat(pair.get("score").doubleValue()).isEqualTo(0.929363);
    assertThat(body.at("/scanned/anchors").intValue()).isEqualTo(3);
    assertThat(body.at("/merge_candidates_v1/0/pair/canonical_id").textValue())
        .isEqualTo(id("paris"));
    assertThat(Jobs.run(candidates(), "strict", "true").verdict())
        .isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(Jobs.run(candidates(), "min-score", "0.93").body().get("suggested").intValue())
        .isZero();
    assertThat(Jobs.run(candidates(), "types", "topic").body().at("/scanned/anchors").intValue())
        .isZero();
  }

  @Test
  void onlyNodesThatTheSamePeopleSeeArePaired() throws Exception {
    for (String who : new String[] {"alice", "bob"}) {
      kit.write(
          "{'input_text':'"
              + who
              + "','memory_lane':'private','owner_agent_id':'"
              + who
              + "','nodes':[{'type':'entity','client_id':'"
              + who
              + "','title':'paris','embedding':[1,0,0,0]}]}");
    }
    node("entity", "shared", "paris", "[1,0,0,0]", 0.5, "");
    node("concept", "other", "paris", "[1,0,0,0]", 0.5, "");

    assertThat(Jobs.run(candidates()).body().get("suggested").intValue()).isZero();

    kit.write(
        "{'input_text':'x','memory_lane':'private','owner_agent_id':'alice','nodes':[{'type':'entity','client_id':'alice2','title':'paris','embedding':[1,0,0,0]}]}");
    JsonNode body = Jobs.run(candidates()).body();
    assertThat(body.get("suggested").intValue()).isEqualTo(1);
    assertThat(body.at("/suggestions/0/pair_key").textValue()).contains(id("alice"), id("alice2"));
  }

  @Test
  void applyIsADryRunUntilItIsToldAndConverges() throws Exception {
    cities();

    JsonNode dry = Jobs.body(kit, apply());
    assertThat(dry.get("dry_run").booleanValue()).isTrue();
    assertThat(dry.get("planned_apply").intValue()).isEqualTo(1);
    assertThat(slot("paris2", "alias_of")).isNull();

    JsonNode done = Jobs.runDying(kit, apply(), "apply", "true").body();
    assertThat(done.get("applied_pairs").intValue()).isEqualTo(1);
    assertThat(slot("paris2", "alias_of")).isEqualTo(id("paris"));
    assertThat(slot("paris2", "consolidation_state")).isEqualTo("aliased");
    assertThat(slot("paris", "merged_count")).isEqualTo("1");
    assertThat(
            kit.value(
                "select count(*) from memory_nodes where commit_id = '"
                    + done.get("commit_id").textValue()
                    + "'"))
        .isEqualTo("2");

    assertThat(Jobs.run(candidates()).body().at("/scanned/pair_candidates").intValue()).isZero();
    assertThat(Jobs.body(kit, apply(), "apply", "true").get("commit_id").isNull()).isTrue();
    assertThat(kit.value("select count(*) from memory_commits where kind = 'consolidation_apply'"))
        .isEqualTo("1");
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void whatIsPinnedOrContradictsIsLeftAlone() {
    node("entity", "pinned", "paris city", "[1,0,0,0]", 0.9, ",'slots':{'pin':true}");
    node("entity", "free", "paris city", "[1,0,0,0]", 0.5, "");
    node("concept", "yes", "friday deploys allowed", "[0,1,0,0]", 0.9, "");
    node("concept", "no", "friday deploys blocked", "[0,1,0,0]", 0.5, "");

    JsonNode body = Jobs.body(kit, apply(), "apply", "true");

    assertThat(body.get("applied_pairs").intValue()).isZero();
    assertThat(body.get("commit_id").isNull()).isTrue();
    assertThat(has(body.get("plans"), "reason", "canonical_protected")).isTrue();
    assertThat(has(body.get("plans"), "reason", "contradictory_candidate")).isTrue();
    assertThat(
            Jobs.body(kit, apply(), "apply", "true", "allow-contradictory", "true")
                .get("applied_pairs")
                .intValue())
        .isEqualTo(1);
    assertThat(slot("no", "consolidation_conflict_override")).isEqualTo("true");
  }

  @Test
  void aMergedTopicHasTheMembersAndTheMeanVectorOfBoth() {
    node("topic", "big", "payments retry", "[1,0,0,0]", 0.9, ",'slots':{'member_count':3}");
    node("topic", "small", "payments retry", "[1,0.4,0,0]", 0.95, ",'slots':{'member_count':1}");

    Jobs.body(kit, apply(), "apply", "true");

    // the more salient one stays: (1 * [1,0.4] + 3 * [1,0]) / 4
    assertThat(
            kit.value(
                "select embedding::real[]::text from memory_vectors v where v.node_id = '"
                    + id("small")
                    + "'"))
        .isEqualTo("{1,0.1,0,0}");
    assertThat(slot("small", "member_count")).isEqualTo("4");
    assertThat(slot("big", "alias_of")).isEqualTo(id("small"));
  }

  @Test
  void aliasesOfADuplicatePointAtTheEndOfTheChain() {
    cities();
    Jobs.body(kit, apply(), "apply", "true");
    node("entity", "capital", "paris city france", "[1,0,0,0]", 0.99, "");

    Jobs.body(kit, apply(), "apply", "true");

    assertThat(slot("paris", "alias_of")).isEqualTo(id("capital"));
    assertThat(slot("paris2", "alias_of")).isEqualTo(id("capital"));
    assertThat(slot("capital", "merged_count")).isEqualTo("2");
  }

  private void topicsWithEvents() {
    node("topic", "t1", "payments retry", "[1,0,0,0]", 0.9, ",'slots':{'member_count':1}");
    node("topic", "t2", "payments retry", "[1,0,0,0]", 0.5, ",'slots':{'member_count':3}");
    for (int i = 0; i < 4; i++) {
      node("event", "e" + i, "e" + i, "[0,0,1," + i + "]", 0.5, "");
      edge("part_of", "e" + i, i == 0 ? "t1" : "t2", 0.4 + i / 10.0);
    }
    edge("part_of", "e1", "t1", 0.9);
    edge("derived_from", "t2", "e3", 0.7);
  }

  @Test
  void noEventLosesItsTopicWithACapOfOne() {
    topicsWithEvents();
    Jobs.body(kit, apply(), "apply", "true");

    JsonNode dry = Jobs.body(kit, redirect());
    assertThat(dry.get("redirected_edges").intValue()).isEqualTo(4);
    assertThat(dry.get("deleted_alias_edges").intValue()).isZero();
    JsonNode done =
        Jobs.runDying(kit, redirect(), "apply", "true", "max-edges-per-alias", "1").body();

    assertThat(done.get("touched_edges").intValue()).isEqualTo(4);
    assertThat(done.get("deleted_alias_edges").intValue()).isEqualTo(4);
    assertThat(done.get("commits").intValue()).isEqualTo(4);
    assertThat(done.at("/aliases/0/redirected_edges").intValue()).isEqualTo(4);
    assertThat(
            kit.value(
                "select count(distinct src_id) from memory_edges where type = 'part_of' and dst_id = '"
                    + id("t1")
                    + "'"))
        .isEqualTo("4");
    assertThat(kit.value("select weight from memory_edges where src_id = '" + id("e1") + "'"))
        .isEqualTo("0.9");
    assertThat(slot("t1", "member_count")).isEqualTo("4");
    assertThat(
            kit.value(
                "select count(*) from memory_edges where src_id = '"
                    + id("t2")
                    + "' or dst_id = '"
                    + id("t2")
                    + "'"))
        .isEqualTo("0");
    assertThat(Jobs.body(kit, redirect(), "apply", "true").get("commit_id").isNull()).isTrue();
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void anEdgeBetweenTwoAliasesArrivesBetweenTheirCanonicalNodes() {
    cities();
    node("entity", "rome2", "rome", "[0,1,0,0]", 0.1, "");
    edge("related_to", "paris2", "rome2", 0.8);
    edge("related_to", "paris", "paris2", 0.8);
    Jobs.body(kit, apply(), "apply", "true");
    assertThat(slot("rome2", "alias_of")).isEqualTo(id("rome"));

    JsonNode done = Jobs.body(kit, redirect(), "apply", "true", "max-edges-per-alias", "1");

    assertThat(kit.rows("select src_id, dst_id, weight from memory_edges").toString())
        .isEqualTo(
            "[{\"dst_id\":\""
                + id("rome")
                + "\",\"src_id\":\""
                + id("paris")
                + "\",\"weight\":0.8}]");
    assertThat(done.get("dropped_self_loops").intValue()).isEqualTo(1);
  }

  @Test
  void aChainThatLeadsNowhereKeepsItsEdges() {
    cities();
    edge("related_to", "paris2", "rome", 0.8);
    kit.execute(
        "update memory_nodes set slots = jsonb_build_object('alias_of', gen_random_uuid()) where client_id = 'paris2'");

    JsonNode done = Jobs.body(kit, redirect(), "apply", "true");

    assertThat(done.get("unresolved_aliases").intValue()).isEqualTo(1);
    assertThat(kit.count("memory_edges")).isEqualTo(1);
  }

  @Test
  void healthSeesPairsThatWaitAndEdgesThatAreLeft() throws Exception {
    topicsWithEvents();

    JobResult waiting = Jobs.run(health(), "strict", "true", "max-candidate-queue-depth", "0");
    Jobs.body(kit, apply(), "apply", "true");
    JobResult left = Jobs.run(health(), "strict", "true");
    Jobs.body(kit, redirect(), "apply", "true");
    JobResult well = Jobs.run(health(), "strict", "true", "max-candidate-queue-depth", "0");

    assertThat(waiting.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(waiting.body().at("/summary/failed/0").textValue())
        .isEqualTo("candidate_queue_depth");
    assertThat(left.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(left.body().at("/observed/incident_edges_on_alias_nodes").intValue()).isEqualTo(4);
    assertThat(left.body().at("/observed/redirect_completeness").doubleValue()).isZero();
    assertThat(well.verdict()).isEqualTo(JobResult.Verdict.PASSED);
    assertThat(well.body().at("/observed/redirect_completeness").doubleValue()).isEqualTo(1);
  }

  @Test
  void theReplayRunsTheJobsOnACopyAndLeavesNothingBehind() throws Exception {
    topicsWithEvents();
    cities();
    for (int i = 0; i < 8; i++) {
      node("event", "x" + i, "story " + i, "[0,0,0,1]", 0.5, "");
    }
    String before = kit.rows("select * from memory_nodes order by id").toString();

    JsonNode body = Jobs.run(replay(), "strict", "true").body();

    assertThat(body.at("/summary/pass").booleanValue()).isTrue();
    assertThat(body.at("/summary/combined_fingerprint_variants").intValue()).isEqualTo(1);
    assertThat(body.at("/copied/nodes").intValue()).isEqualTo(17);
    assertThat(body.at("/snapshots/0/alias").textValue()).hasSize(64);
    assertThat(kit.rows("select * from memory_nodes order by id").toString()).isEqualTo(before);
    assertThat(kit.value("select count(*) from memory_commits where scope like 'replay%'"))
        .isEqualTo("0");
  }

  @Test
  void theReplayNoticesWhenRunsDiffer() throws Exception {
    topicsWithEvents();
    kit.execute(
        "create function random_title() returns trigger language plpgsql as $$ begin if new.scope like 'replay-%' and new.type = 'topic'"
            + " and new.client_id is null then new.title := random()::text; end if; return new; end $$");
    kit.execute(
        "create trigger random_title before insert on memory_nodes for each row execute function random_title()");
    node("event", "x", "story", "[0,0,0,1]", 0.5, "");
    try {
      JobResult result = Jobs.run(replay(), "strict", "true");

      assertThat(result.verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
      assertThat(result.body().at("/summary/topic_fingerprint_variants").intValue()).isEqualTo(3);
      assertThat(result.body().at("/summary/alias_fingerprint_variants").intValue()).isEqualTo(1);
    } finally {
      kit.execute("drop trigger random_title on memory_nodes; drop function random_title");
    }
  }

  static class OnArraysTest extends ConsolidationJobsTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.fresh();
    }
  }

  static class OnPgvectorTest extends ConsolidationJobsTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.pgvector();
    }
  }
}
