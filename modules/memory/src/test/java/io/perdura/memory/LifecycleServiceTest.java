package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Once;
import io.perdura.kernel.StableIds;
import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LifecycleServiceTest {
  private static final String INPUT_SHA =
      "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"; // of "x"
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000001";

  private TestDatabase server;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
    kit.write(
        """
        {'scope':'p','input_text':'x','memory_lane':'shared','nodes':[
          {'client_id':'old','type':'entity','tier':'archive','embedding':[1,0,0,0]},
          {'client_id':'hot','type':'entity','tier':'hot','slots':{'feedback_positive':'2','feedback_negative':1,'feedback_quality':'0.5'}},
          {'client_id':'his','type':'entity','tier':'cold','memory_lane':'private','owner_agent_id':'bob'}]}
        """);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static String id(String clientId) {
    return StableIds.uuid("p:node:" + clientId).toString();
  }

  private static ObjectNode withoutCommit(JsonNode answer) {
    ObjectNode copy = answer.deepCopy();
    assertThat(copy.remove("commit_id").textValue()).hasSize(36);
    assertThat(copy.remove("commit_hash").textValue()).hasSize(64);
    return copy;
  }

  @Test
  void coldNodesMoveAndWarmOnesStay() {
    JsonNode answer =
        kit.rehydrate(
            "{'scope':'p','input_text':'x','node_ids':['"
                + UNKNOWN
                + "','"
                + id("hot").toUpperCase(java.util.Locale.ROOT)
                + "'],'client_ids':['old',' old ','nope']}");

    assertThat(withoutCommit(answer))
        .isEqualTo(
            json(
                """
                {'scope':'p','tenant_id':'default','target_tier':'warm','rehydrated':{'requested_node_ids':2,'requested_client_ids':2,
                 'resolved_node_ids':3,'found_nodes':2,'moved_nodes':1,'noop_nodes':1,'missing_node_ids':['%s'],'missing_client_ids':['nope'],
                 'moved_ids':['%s'],'noop_ids':['%s']}}
                """
                    .formatted(UNKNOWN, id("old"), id("hot"))));
    JsonNode moved = kit.rows("select * from memory_nodes where client_id = 'old'").get(0);
    assertThat(moved.get("tier").textValue()).isEqualTo("warm");
    assertThat(moved.get("commit_id")).isEqualTo(answer.get("commit_id"));
    assertThat(moved.get("last_activated").isNull()).isFalse();
    assertThat(moved.get("slots"))
        .isEqualTo(
            json(
                """
                {'last_rehydrated_at':'2026-02-24T10:00:00.123Z','last_rehydrated_job':'archive_rehydrate','last_rehydrated_from_tier':'archive',
                 'last_rehydrated_to_tier':'warm','last_rehydrated_reason':null,'last_rehydrated_input_sha256':'%s'}
                """
                    .formatted(INPUT_SHA)));
    assertThat(kit.value("select eligible from memory_vectors")).isEqualTo("t");
    assertThat(kit.verifyChain("p").get("valid").booleanValue()).isTrue();
    assertThat(kit.rows("select diff_json, kind from memory_commits where kind is not null").get(0))
        .isEqualTo(
            json(
                """
                {'kind':'archive_rehydrate','diff_json':{'job':'archive_rehydrate','started_at':'2026-02-24T10:00:00.123Z','scope':'p',
                 'actor':'system','target_tier':'warm','reason':null,'requested':{'node_ids':['%1$s','%2$s'],'client_ids':['old','nope']},
                 'resolved_by_client':[{'client_id':'old','node_id':'%3$s'}],'moved_ids':['%3$s'],'noop_ids':['%2$s'],
                 'missing_node_ids':['%1$s'],'missing_client_ids':['nope']}}
                """
                    .formatted(UNKNOWN, id("hot"), id("old"))));
  }

  @Test
  void nothingToMoveIsAnAnswerWithoutCommit() {
    JsonNode answer =
        kit.rehydrate(
            "{'scope':'p','input_text':'x','client_ids':['hot'],'target_tier':'hot','reason':'r'}");

    assertThat(answer.get("commit_id").isNull()).isTrue();
    assertThat(answer.get("commit_hash").isNull()).isTrue();
    assertThat(answer.at("/rehydrated/noop_nodes").intValue()).isEqualTo(1);
    assertThat(kit.count("memory_commits")).isEqualTo(1);
  }

  @Test
  void namesThatResolveToNothingAreRefused() {
    assertThat(
            refusal(() -> kit.rehydrate("{'scope':'p','input_text':'x','client_ids':['nope']}"))
                .code())
        .isEqualTo("rehydrate_no_resolved_nodes");
    assertThat(
            refusal(() -> kit.activate("{'scope':'p','input_text':'x','client_ids':['nope',' ']}"))
                .code())
        .isEqualTo("nodes_activate_no_resolved_nodes");
    assertThat(
            refusal(() -> kit.activate("{'input_text':'x'}"))
                .body()
                .at("/issues/0/message")
                .textValue())
        .isEqualTo("must set node_ids or client_ids");
    assertThat(refusal(() -> kit.activate("{'input_text':'  ','client_ids':['a']}")).code())
        .isEqualTo("blank_input_text");
    assertThat(
            refusal(() -> kit.activate("{'input_text':'x','node_ids':[]}"))
                .body()
                .at("/issues/0/message")
                .textValue())
        .isEqualTo("Array must contain at least 1 element(s)");
  }

  @Test
  void positiveFeedbackIsCounted() {
    JsonNode answer =
        kit.activate(
            "{'scope':'p','input_text':'x','client_ids':['hot','nope'],'outcome':'positive','run_id':'run-1','reason':'good'}");

    assertThat(withoutCommit(answer))
        .isEqualTo(
            json(
                """
                {'scope':'p','tenant_id':'default','activated':{'requested_node_ids':0,'requested_client_ids':2,'resolved_node_ids':1,
                 'found_nodes':1,'updated_nodes':1,'missing_node_ids':[],'missing_client_ids':['nope'],'updated_ids':['%s'],
                 'outcome':'positive','activate':true}}
                """
                    .formatted(id("hot"))));
    assertThat(kit.rows("select slots from memory_nodes where client_id = 'hot'").at("/0/slots"))
        .isEqualTo(
            json(
                """
                {'feedback_positive':3,'feedback_negative':1,'feedback_quality':0.6,'last_feedback_outcome':'positive',
                 'last_feedback_at':'2026-02-24T10:00:00.123Z','last_feedback_run_id':'run-1','last_feedback_reason':'good',
                 'last_feedback_input_sha256':'%s'}
                """
                    .formatted(INPUT_SHA)));
    assertThat(kit.verifyChain("p").get("valid").booleanValue()).isTrue();
  }

  @Test
  void neutralFeedbackWithoutActivationOnlyLeavesItsMark() {
    kit.activate("{'scope':'p','input_text':'x','client_ids':['hot'],'activate':false}");

    JsonNode node = kit.rows("select * from memory_nodes where client_id = 'hot'").get(0);
    assertThat(node.get("last_activated").isNull()).isTrue();
    assertThat(node.at("/slots/feedback_quality").doubleValue()).isEqualTo(0.5);
    assertThat(node.at("/slots/feedback_positive").intValue()).isEqualTo(2);
    assertThat(node.at("/slots/last_feedback_run_id").isNull()).isTrue();
  }

  @Test
  void unknownNodesAloneGiveAnAnswerWithoutOutcome() {
    JsonNode answer =
        kit.activate(
            "{'scope':'p','input_text':'x','node_ids':['" + UNKNOWN + "'],'outcome':'negative'}");

    assertThat(answer)
        .isEqualTo(
            json(
                """
                {'scope':'p','tenant_id':'default','commit_id':null,'commit_hash':null,'activated':{'requested_node_ids':1,
                 'requested_client_ids':0,'resolved_node_ids':1,'found_nodes':0,'updated_nodes':0,'missing_node_ids':['%s'],
                 'missing_client_ids':[],'updated_ids':[]}}
                """
                    .formatted(UNKNOWN)));
  }

  @Test
  void privateNodeOfSomebodyElseIsMissingForACallerWithIdentity() {
    RehydrateRequest request =
        RehydrateRequest.read(
            json(
                "{'scope':'p','input_text':'x','node_ids':['"
                    + id("his")
                    + "'],'client_ids':['his','old']}"),
            kit.settings);

    JsonNode stranger =
        kit.lifecycle.rehydrate(request.by(new WriteIdentity("eve", null)), Once.UNKEYED).body();
    JsonNode owner =
        kit.lifecycle.rehydrate(request.by(new WriteIdentity("bob", null)), Once.UNKEYED).body();

    assertThat(stranger.at("/rehydrated/missing_node_ids/0").textValue()).isEqualTo(id("his"));
    assertThat(stranger.at("/rehydrated/missing_client_ids/0").textValue()).isEqualTo("his");
    assertThat(stranger.at("/rehydrated/moved_nodes").intValue()).isEqualTo(1);
    assertThat(owner.at("/rehydrated/moved_ids/0").textValue()).isEqualTo(id("his"));
  }

  @Test
  void callsOfOneScopeFormOneChain() {
    for (int i = 0; i < 3; i++) {
      kit.activate("{'scope':'p','input_text':'" + i + "','client_ids':['hot']}");
    }

    assertThat(
            kit.value(
                "select count(distinct parent_id) || '/' || count(*) from memory_commits where kind is not null"))
        .isEqualTo("3/3");
    assertThat(kit.verifyChain("p").get("valid").booleanValue()).isTrue();
  }
}
