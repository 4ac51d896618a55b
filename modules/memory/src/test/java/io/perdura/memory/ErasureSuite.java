package io.perdura.memory;

import static io.perdura.memory.EraseRequest.Kind.NODE;
import static io.perdura.memory.EraseRequest.Kind.SCOPE;
import static io.perdura.memory.EraseRequest.Kind.SESSION;
import static io.perdura.memory.EraseRequest.Kind.TENANT;
import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Once;
import io.perdura.schema.DatabaseSuite;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an erasure removes, leaves and proves, whatever kind of PostgreSQL holds the vectors. */
abstract class ErasureSuite extends DatabaseSuite {
  private static final String NOTHING = "{}";

  private MemoryKit kit;
  private ErasureTraces traces;

  @BeforeAll
  void openKit() {
    kit = new MemoryKit(dataSource(), "PERDURA_ERASE_CHUNK", "2");
    traces = new ErasureTraces(kit);
  }

  @BeforeEach
  void empty() {
    traces.empty();
  }

  private JsonNode writeTwo(String scope) {
    return kit.writes
        .write(
            WriteRequest.read(
                json(
                    """
                    {'scope':'%s','input_text':'notes','memory_lane':'shared','nodes':[
                      {'client_id':'a','type':'event','title':'Quicksilver','text_summary':'Quicksilver spilled',
                       'slots':{'where':'Quicksilver lab'},'embedding':[1,0,0,0]},
                      {'client_id':'b','type':'event','title':'Lamp','text_summary':'Lamp broke'},
                      {'client_id':'r','type':'rule','text_summary':'Quicksilver rule','owner_agent_id':'x',
                       'slots':{'if':{'word':'Quicksilver'}}},
                      {'client_id':'p','type':'event','text_summary':'Quicksilver pending'}],
                     'edges':[{'type':'related_to','src':{'client_id':'a'},'dst':{'client_id':'b'}},
                       {'type':'related_to','src':{'client_id':'r'},'dst':{'client_id':'b'}}]}
                    """
                        .formatted(scope)),
                kit.settings),
            new Once("default", "somebody", "/write", scope, "hash"))
        .body();
  }

  @Test
  void erasedNodesLeaveNoWordAndTheirCommitKeepsItsHashes() {
    JsonNode written = writeTwo("s");
    String commit =
        "select commit_hash || diff_sha256 || input_sha256 from memory_commits where id = '"
            + written.get("commit_id").textValue()
            + "'";
    String hashes = kit.value(commit);
    assertThat(traces.of("Quicksilver")).isNotEmpty();

    JsonNode a = kit.erase(NODE, "{'scope':'s','client_id':'a','reason':'case 17'}");
    JsonNode r = kit.erase(NODE, "{'scope':'s','client_id':'r'}");
    JsonNode p = kit.erase(NODE, "{'scope':'s','client_id':'p'}");

    assertThat(a.get("complete").booleanValue()).isTrue();
    assertThat(a.get("removed"))
        .isEqualTo(
            json(
                "{'memory_nodes':1,'memory_edges':1,'memory_vectors':1,'memory_outbox':1,"
                    + "'memory_commits_stripped':1,'idempotency_keys':1}"));
    assertThat(r.get("removed").get("memory_rule_defs").intValue()).isEqualTo(1);
    assertThat(p.get("removed").get("memory_outbox_stripped").intValue()).isEqualTo(1);
    assertThat(List.of(a, r, p)).allMatch(answer -> answer.at("/residue/clean").booleanValue());
    assertThat(traces.of("Quicksilver")).isEmpty();
    assertThat(traces.of("Lamp broke")).contains("memory_nodes", "memory_outbox");
    assertThat(kit.value(commit)).isEqualTo(hashes);
    assertThat(kit.value("select reason from erasure_ledger order by id limit 1"))
        .isEqualTo("case 17");
  }

  @Test
  void anErasedRuleTakesItsFeedbackAndIsForgottenByDecisions() {
    writeTwo("s");
    String rule = PreparedNode.nodeId("s", "r").toString();
    String decision =
        "insert into memory_execution_decisions (id, scope, context_sha256, policy_sha256, source_rule_ids, metadata_json)"
            + " values (gen_random_uuid(), 's', 'c', 'p', '{%s}', '{\"tool_conflicts_summary\":[\"%s\"],\"strict\":true}')";
    kit.execute(decision.formatted("00000000-0000-4000-8000-000000000001," + rule, "x"));
    kit.execute(decision.formatted("", "(winner=" + rule + ")"));
    kit.execute(decision.formatted("", "of another"));
    kit.execute(
        "insert into memory_rule_feedback (id, scope, rule_node_id, outcome, note, source) values (gen_random_uuid(), 's', '"
            + rule
            + "', 'neutral', 'Quicksilver note', 'rule_feedback')");
    kit.execute("update memory_rule_defs set state = 'active'");
    String version = kit.value("select version from memory_rule_sets where scope = 's'");

    JsonNode erased = kit.erase(NODE, "{'scope':'s','client_id':'r'}");

    assertThat(erased.at("/removed/memory_rule_feedback").intValue()).isEqualTo(1);
    assertThat(erased.at("/removed/memory_execution_decisions_stripped").intValue()).isEqualTo(2);
    assertThat(erased.at("/residue/clean").booleanValue()).isTrue();
    assertThat(traces.of("Quicksilver note")).isEmpty();
    assertThat(
            kit.value(
                "select string_agg(source_rule_ids::text || metadata_json::text, ' ' order by metadata_json::text collate \"C\", source_rule_ids)"
                    + " from memory_execution_decisions"))
        .isEqualTo(
            "{}{\"strict\": true, \"tool_conflicts_summary\": [\"of another\"]} {}{\"strict\": true}"
                + " {00000000-0000-4000-8000-000000000001}{\"strict\": true}");
    assertThat(kit.value("select version from memory_rule_sets where scope = 's'"))
        .as("no server evaluates the rule from its cache")
        .isNotEqualTo(version);
  }

  @Test
  void theChainStaysValidAndTheRestOfACommitStaysProvable() {
    JsonNode written = writeTwo("s");
    kit.write(
        json("{'scope':'s','input_text':'child'}")
            .put("parent_commit_id", written.get("commit_id").textValue()));
    kit.erase(NODE, "{'scope':'s','client_id':'a'}");

    JsonNode verdict = kit.verifyChain("s");
    assertThat(verdict.get("valid").booleanValue()).isTrue();
    assertThat(verdict.get("commits").intValue()).isEqualTo(2);
    assertThat(verdict.get("erased").intValue()).isEqualTo(1);
    assertThat(verdict.get("first_broken").isNull()).isTrue();
    assertThat(traces.of("\"Lamp\"")).contains("memory_commits");

    kit.execute(
        "update memory_commits set diff_json = replace(diff_json::text, 'Lamp', 'Bulb')::jsonb");
    JsonNode broken = kit.verifyChain("s").get("first_broken");
    assertThat(broken.get("commit_id")).isEqualTo(written.get("commit_id"));
    assertThat(broken.get("fault").textValue()).contains("rest_sha256");
  }

  @Test
  void everyForgedColumnOfACommitBreaksTheChain() {
    JsonNode parent = writeTwo("s");
    kit.write(
        json("{'scope':'s','input_text':'child'}")
            .put("parent_commit_id", parent.get("commit_id").textValue()));
    kit.rehydrate(
        "{'scope':'s','client_ids':['a'],'input_text':'warm it','target_tier':'hot','actor':'x'}");
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
    for (String forgery :
        List.of(
            "actor = 'mallory'",
            "input_sha256 = repeat('0', 64)",
            "diff_sha256 = repeat('0', 64)",
            "diff_json = diff_json || '{\"x\":1}'",
            "model_version = 'm'",
            "prompt_version = 'p'",
            "parent_id = null",
            "kind = 'other'")) {
      kit.execute("create table kept as select * from memory_commits");
      kit.execute("update memory_commits set " + forgery);
      assertThat(kit.verifyChain("s").get("valid").booleanValue()).as(forgery).isFalse();
      kit.execute(
          "update memory_commits c set (actor, input_sha256, diff_sha256, diff_json, model_version, prompt_version,"
              + " parent_id, kind) = (select actor, input_sha256, diff_sha256, diff_json, model_version,"
              + " prompt_version, parent_id, kind from kept k where k.id = c.id)");
      kit.execute("drop table kept");
    }
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
  }

  @Test
  void aPrivateSessionGoesWithAllOfItsEvents() {
    kit.createSession(
        "{'scope':'s','session_id':'q1','title':'Quicksilver talk','owner_agent_id':'x'}");
    for (int i = 0; i < 5; i++) {
      kit.append(
          "{'scope':'s','session_id':'q1','event_id':'e%d','text_summary':'Quicksilver %d','owner_agent_id':'x'}"
              .formatted(i, i));
    }
    kit.append(
        "{'scope':'s','session_id':'q2','event_id':'e','text_summary':'Lamp','owner_agent_id':'x'}");
    kit.write(
        "{'scope':'s','input_text':'link','nodes':[{'client_id':'own','type':'event','text_summary':'Quicksilver own'}],"
            + "'edges':[{'type':'part_of','src':{'client_id':'own'},'dst':{'id':'"
            + SessionNames.node("s", "q1")
            + "'}}]}");

    JsonNode answer = kit.erase(SESSION, "{'scope':'s','session_id':'q1'}");

    assertThat(answer.at("/removed/memory_nodes").intValue()).isEqualTo(7);
    assertThat(answer.at("/removed/memory_edges").intValue()).isEqualTo(6);
    assertThat(answer.at("/residue/clean").booleanValue()).isTrue();
    assertThat(traces.of("Quicksilver")).isEmpty();
    assertThat(kit.count("memory_nodes")).isEqualTo(2);
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();

    kit.append(
        "{'scope':'s','session_id':'q1','event_id':'e0','text_summary':'new','owner_agent_id':'y'}");
    assertThat(kit.residue(SESSION, "{'scope':'s','session_id':'q1'}").get("clean").booleanValue())
        .as("what comes later is none of the erasure's business")
        .isTrue();
  }

  @Test
  void aScopeGoesWholeAndOthersStay() {
    writeTwo("s");
    writeTwo("t");
    kit.write(
        "{'scope':'t','input_text':'elsewhere','nodes':[{'client_id':'far','scope':'s','type':'event',"
            + "'title':'Quicksilver afar','text_summary':'x'},"
            + "{'client_id':'near','type':'event','title':'Lamp near','text_summary':'x'}]}");
    kit.execute(
        "insert into memory_recall_audit (scope, endpoint, query_sha256) values ('s', 'recall', 'h'), ('t', 'recall', 'h')");
    kit.execute(
        "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms)"
            + " values ('default', 's', 'write', 200, 1), ('default', 't', 'write', 200, 1)");

    JsonNode answer = kit.erase(SCOPE, "{'scope':'s'}");

    JsonNode removed = answer.get("removed");
    assertThat(removed)
        .isEqualTo(
            json(
                "{'memory_nodes':5,'memory_edges':2,'memory_rule_defs':1,'memory_vectors':1,'memory_outbox':3,"
                    + "'memory_commits_emptied':1,'memory_commits_stripped':1,'idempotency_keys':1,"
                    + "'memory_recall_audit':1,'memory_request_telemetry':1,'embedding_scopes':1}"));
    assertThat(answer.at("/residue/clean").booleanValue()).isTrue();
    assertThat(traces.of("afar")).isEmpty();
    assertThat(traces.of("Lamp near")).contains("memory_commits", "memory_nodes");
    assertThat(kit.value("select count(*) from memory_nodes where scope = 't'")).isEqualTo("5");
    assertThat(kit.value("select count(*) from memory_vectors where scope = 't'")).isEqualTo("1");
    assertThat(kit.verifyChain("s").get("valid").booleanValue()).isTrue();
    assertThat(kit.verifyChain("t").get("valid").booleanValue()).isTrue();
    assertThat(kit.residue(SCOPE, "{'scope':'t'}").get("clean").booleanValue()).isFalse();
  }

  @Test
  void aTenantGoesWithAllItsScopesAndNobodyElses() {
    String body =
        "{'tenant_id':'%s','scope':'%s','input_text':'n','nodes':[{'client_id':'a','type':'event','title':'%s',"
            + "'embedding':[0,1,0,0]}]}";
    for (String scope : List.of("one", "two", "three")) {
      kit.write(body.formatted("acme", scope, "Quicksilver"));
      kit.write(body.formatted("acme2", scope, "Lamp"));
      kit.write(body.formatted("default", scope, "Lamp"));
    }

    JsonNode answer = kit.erase(TENANT, "{'tenant_id':'acme'}");

    assertThat(answer.at("/removed/memory_nodes").intValue()).isEqualTo(3);
    assertThat(answer.at("/removed/memory_commits_emptied").intValue()).isEqualTo(3);
    assertThat(answer.at("/residue/clean").booleanValue()).isTrue();
    assertThat(traces.of("Quicksilver")).isEmpty();
    assertThat(kit.count("memory_nodes")).isEqualTo(6);

    kit.erase(TENANT, "{'tenant_id':'default'}");
    assertThat(kit.value("select string_agg(distinct scope, ' ' order by scope) from memory_nodes"))
        .isEqualTo("tenant:acme2::scope:one tenant:acme2::scope:three tenant:acme2::scope:two");
  }

  @Test
  void aTopicForgetsAnErasedMemberAndGoesWithItsLast() {
    String event =
        "{'scope':'s','input_text':'%s','topic_cluster_async':false,'memory_lane':'shared',"
            + "'nodes':[{'client_id':'%s','type':'event','text_summary':'%s','embedding':%s}]}";
    kit.write(event.formatted("1", "q", "Quicksilver spilled", "[1,0,0,0]"));
    kit.write(event.formatted("2", "l", "Lamp broke", "[0.9,0.1,0,0]"));
    String topic = "select id from memory_nodes where type = 'topic'";
    String vector =
        "select array_to_string(v.embedding::real[], ' ') from memory_vectors v where v.type = 'topic'";
    assertThat(kit.value("select count(*) from memory_nodes where type = 'topic'")).isEqualTo("1");

    JsonNode first = kit.erase(NODE, "{'scope':'s','client_id':'q'}");

    assertThat(first.at("/removed/topics_rebuilt").intValue()).isEqualTo(1);
    assertThat(traces.of("Quicksilver")).isEmpty();
    assertThat(kit.value(vector)).isEqualTo("0.9 0.1 0 0");
    assertThat(
            kit.value(
                "select title || ' ' || (slots->>'member_count') from memory_nodes where id = ("
                    + topic
                    + ")"))
        .isEqualTo("Lamp broke 1");

    JsonNode last = kit.erase(NODE, "{'scope':'s','client_id':'l'}");
    assertThat(last.at("/removed/memory_nodes").intValue()).isEqualTo(2);
    assertThat(kit.count("memory_nodes")).isZero();
    assertThat(kit.count("memory_vectors")).isZero();
  }

  @Test
  void theCandidateIndexHearsOfRemovedVectors() {
    writeTwo("s");
    String node = PreparedNode.nodeId("s", "a").toString();
    List<VectorsChanged> heard = new ArrayList<>();
    VectorEvents ears =
        new VectorEvents() {
          @Override
          void fire(VectorsChanged change) {
            heard.add(change);
          }
        };
    EraseService erasures =
        new EraseService(kit.database, kit.settings, kit.generations, kit.consistency, ears);

    erasures.erase(
        EraseRequest.read(NODE, json("{'scope':'s','client_id':'a'}"), kit.settings), Once.UNKEYED);

    assertThat(heard)
        .anySatisfy(change -> {
          assertThat(change.scope()).isEqualTo("s");
          assertThat(change.nodeIds()).extracting(Object::toString).containsExactly(node);
        });
    assertThat(kit.value("select string_agg(node_id::text, ' ') from memory_vector_tombstones"))
        .isEqualTo(node);
  }

  @Test
  void anUnknownTargetIsErasedInVainAndKeptInTheLedger() {
    for (String body :
        List.of("{'scope':'s','client_id':'nobody'}", "{'scope':'s','client_id':'nobody'}")) {
      JsonNode answer = kit.erase(NODE, body);
      assertThat(answer.get("removed")).isEqualTo(json(NOTHING));
      assertThat(answer.at("/residue/clean").booleanValue()).isTrue();
    }
    assertThat(kit.erase(SESSION, "{'scope':'s','session_id':'no'}").get("removed"))
        .isEqualTo(json(NOTHING));
    assertThat(kit.erase(SCOPE, "{'scope':'no'}").get("removed")).isEqualTo(json(NOTHING));
    assertThat(kit.erase(TENANT, "{'tenant_id':'no'}").get("removed")).isEqualTo(json(NOTHING));
    assertThat(kit.count("erasure_ledger")).isEqualTo(5);
  }

  @Test
  void aLeftoverOfANodeThatIsGoneIsErasedByAskingAgain() {
    writeTwo("s");
    kit.execute("create table kept as select * from memory_commits");
    kit.erase(NODE, "{'scope':'s','client_id':'a'}");
    kit.execute(
        "update memory_commits c set diff_json = k.diff_json from kept k where k.id = c.id");
    kit.execute("drop table kept");
    assertThat(
            kit.residue(NODE, "{'scope':'s','client_id':'a'}")
                .at("/remaining/memory_commits")
                .intValue())
        .isEqualTo(1);

    assertThat(kit.erase(NODE, "{'scope':'s','client_id':'a'}").at("/residue/clean").booleanValue())
        .isTrue();
  }
}
