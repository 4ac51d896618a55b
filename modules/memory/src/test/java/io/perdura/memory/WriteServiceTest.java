package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.StableIds;
import io.perdura.schema.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WriteServiceTest {
  private TestDatabase server;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    server = TestDatabase.fresh();
    kit = new MemoryKit(server.dataSource());
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static String id(String name) {
    return StableIds.uuid(name).toString();
  }

  private JsonNode node(String id) {
    return kit.rows("select * from memory_nodes where id = '" + id + "'").get(0);
  }

  private static String textAt(JsonNode json, String pointer) {
    return json.at(pointer).textValue();
  }

  @Test
  void smallestWriteIsACommitAlone() {
    ObjectNode answer = (ObjectNode) kit.write("{'input_text':'hello'}");

    assertThat(answer.remove("commit_hash").textValue()).hasSize(64);
    assertThat(UUID.fromString(answer.remove("commit_id").textValue()).version()).isEqualTo(4);
    assertThat(answer)
        .isEqualTo(json("{'tenant_id':'default','scope':'default','nodes':[],'edges':[]}"));
    assertThat(kit.count("memory_outbox")).isZero();
  }

  @Test
  void everyNodeFieldIsStoredWithItsDefault() {
    JsonNode answer = kit.write("{'input_text':'x','nodes':[{'type':'event','text_summary':'t'}]}");

    ObjectNode stored = (ObjectNode) node(textAt(answer, "/nodes/0/id"));
    for (String volatileKey :
        new String[] {"id", "commit_id", "created_at", "updated_at", "decayed_at", "lexemes"}) {
      stored.remove(volatileKey);
    }
    assertThat(stored)
        .isEqualTo(
            json(
                """
                {'scope':'default','client_id':null,'type':'event','tier':'hot','memory_lane':'private',
                 'producer_agent_id':null,'owner_agent_id':null,'owner_team_id':null,'title':null,'text_summary':'t',
                 'slots':{},'raw_ref':null,'evidence_ref':null,'embedding_status':'pending','embedding_model':null,
                 'embedding_attempts':0,'embedding_last_error':null,'embedding_last_attempt_at':null,
                 'embedding_ready_at':null,'salience':0.5,'importance':0.5,'confidence':0.5,'last_activated':null,
                 'redaction_version':1,'derivation_version':1}
                """));
  }

  @Test
  void nodesInheritLaneAndPeopleAndTheOwnerIsTheProducer() {
    JsonNode answer =
        kit.write(
            """
            {'input_text':'x','memory_lane':'shared','producer_agent_id':' bob ','owner_team_id':'t1','nodes':[
              {'type':'entity','client_id':'a'},
              {'type':'entity','client_id':'b','memory_lane':'private','producer_agent_id':'  ','owner_agent_id':'eve',
               'owner_team_id':'t2','tier':'cold','salience':0.1,'importance':1,'confidence':0,'raw_ref':' r ','evidence_ref':'e'}]}
            """);

    JsonNode first = node(textAt(answer, "/nodes/0/id"));
    JsonNode second = node(textAt(answer, "/nodes/1/id"));
    assertThat(first.get("memory_lane").textValue()).isEqualTo("shared");
    assertThat(first.get("producer_agent_id").textValue()).isEqualTo("bob");
    assertThat(first.get("owner_agent_id").textValue()).isEqualTo("bob");
    assertThat(first.get("owner_team_id").textValue()).isEqualTo("t1");
    assertThat(second.get("owner_agent_id").textValue()).isEqualTo("eve");
    assertThat(second.get("owner_team_id").textValue()).isEqualTo("t2");
    assertThat(second.get("tier").textValue()).isEqualTo("cold");
    assertThat(second.get("raw_ref").textValue()).isEqualTo(" r ");
    assertThat(second.get("salience").floatValue()).isEqualTo(0.1f);
  }

  @Test
  void embeddingStatusFollowsTextAndWishes() {
    JsonNode answer =
        kit.write(
            """
            {'input_text':'the input','nodes':[
              {'type':'event','client_id':'input'},
              {'type':'event','client_id':'blank','text_summary':'   '},
              {'type':'entity','client_id':'none'},
              {'type':'topic','client_id':'own','embedding':[1,0,0,0]},
              {'type':'topic','client_id':'model','embedding':[1,0,0,0],'embedding_model':' my:model '}]}
            """);
    kit.write("{'input_text':'y','auto_embed':false,'nodes':[{'type':'event','client_id':'off'}]}");

    assertThat(
            kit.rows(
                "select client_id as c, embedding_status as s, embedding_last_error as e, embedding_model as m,"
                    + " embedding_ready_at is not null as r from memory_nodes order by client_id"))
        .isEqualTo(
            Jsons.stored(
                """
                [{'c':'blank','s':'failed','e':'no_embed_text','m':null,'r':false},
                 {'c':'input','s':'pending','e':null,'m':null,'r':false},
                 {'c':'model','s':'ready','e':null,'m':'my:model','r':true},
                 {'c':'none','s':'failed','e':'no_embed_text','m':null,'r':false},
                 {'c':'off','s':'failed','e':'auto_embed_disabled_or_no_provider','m':null,'r':false},
                 {'c':'own','s':'ready','e':null,'m':'client','r':true}]
                """
                    .replace('\'', '"')));
    assertThat(answer.get("embedding_backfill"))
        .isEqualTo(json("{'enqueued':true,'pending_nodes':1}"));
    assertThat(kit.rows("select payload->'nodes' as n from memory_outbox").at("/0/n/0/text"))
        .hasToString("\"the input\"");
    assertThat(kit.count("memory_vectors")).isEqualTo(2);
    assertThat(kit.value("select scope from embedding_scopes")).isEqualTo("default");
  }

  @Test
  void repeatedWriteReturnsTheSameCommitAndStoresNothing() {
    String body =
        "{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'t'},{'type':'topic','client_id':'b'}],"
            + "'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'}}]}";

    JsonNode first = kit.write(body);
    JsonNode second = kit.write(body);

    assertThat(second).isEqualTo(first);
    assertThat(kit.count("memory_commits")).isEqualTo(1);
    assertThat(kit.count("memory_nodes")).isEqualTo(2);
    assertThat(kit.count("memory_edges")).isEqualTo(1);
    assertThat(kit.count("memory_outbox")).isEqualTo(1);
  }

  @Test
  void existingNodeIsKeptAsItIs() {
    kit.write(
        "{'input_text':'1','nodes':[{'type':'topic','client_id':'a','title':'old','embedding':[1,0,0,0],'slots':{'k':1}}]}");
    JsonNode answer =
        kit.write(
            "{'input_text':'2','nodes':[{'type':'topic','client_id':'a','title':'new','embedding':[0,1,0,0],'slots':{'k':2}},"
                + "{'type':'topic','client_id':'b'}]}");

    JsonNode stored = node(id("default:node:a"));
    assertThat(stored.get("title").textValue()).isEqualTo("old");
    assertThat(stored.at("/slots/k").intValue()).isEqualTo(1);
    assertThat(answer.get("nodes")).hasSize(2);
    assertThat(kit.value("select embedding::real[] from memory_vectors")).isEqualTo("{1,0,0,0}");
    assertThat(kit.count("memory_commits")).isEqualTo(2);
  }

  @Test
  void pendingNodeThatIsNamedAgainIsEmbeddedByItsStoredText() {
    kit.write(
        "{'input_text':'1','auto_embed':false,'nodes':[{'type':'topic','client_id':'a','title':'old'}]}");
    JsonNode answer =
        kit.write("{'input_text':'2','nodes':[{'type':'topic','client_id':'a','title':'new'}]}");

    assertThat(answer.at("/embedding_backfill/pending_nodes").intValue()).isEqualTo(1);
    assertThat(kit.value("select payload#>>'{nodes,0,text}' from memory_outbox")).isEqualTo("old");
  }

  @Test
  void edgeThatExistsGrowsAndItsStoredIdIsAnswered() {
    String nodes =
        "'nodes':[{'type':'event','client_id':'a','text_summary':'t'},{'type':'topic','client_id':'b'}],";
    JsonNode first =
        kit.write(
            "{'input_text':'1',"
                + nodes
                + "'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'weight':0.9,'confidence':0.2,'decay_rate':0.3}]}");
    JsonNode second =
        kit.write(
            "{'input_text':'2',"
                + nodes
                + "'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'weight':0.4,'confidence':0.7}]}");

    assertThat(second.at("/edges/0/id")).isEqualTo(first.at("/edges/0/id"));
    JsonNode edge = kit.rows("select * from memory_edges").get(0);
    assertThat(edge.get("weight").floatValue()).isEqualTo(0.9f);
    assertThat(edge.get("confidence").floatValue()).isEqualTo(0.7f);
    assertThat(edge.get("decay_rate").floatValue()).isEqualTo(0.3f);
    assertThat(edge.get("commit_id")).isEqualTo(second.get("commit_id"));
    assertThat(edge.get("last_activated").isNull()).isFalse();
  }

  @Test
  void repetitionsInsideOneRequestAreJoined() {
    JsonNode answer =
        kit.write(
            """
            {'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'first'},
              {'type':'event','client_id':' a ','text_summary':'second'},{'type':'topic','client_id':'b'}],
             'edges':[{'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'weight':0.1},
              {'type':'part_of','src':{'client_id':'a'},'dst':{'client_id':'b'},'weight':0.8}]}
            """);

    assertThat(answer.get("nodes")).hasSize(3);
    assertThat(answer.get("edges")).hasSize(2);
    assertThat(answer.at("/edges/1/id")).isEqualTo(answer.at("/edges/0/id"));
    assertThat(kit.value("select text_summary from memory_nodes where client_id = 'a'"))
        .isEqualTo("first");
    assertThat(kit.value("select weight from memory_edges")).isEqualTo("0.8");
  }

  @Test
  void storedNodeIsReachedByIdInAnyCase() {
    kit.write("{'input_text':'1','nodes':[{'type':'topic','client_id':'b'}]}");
    JsonNode answer =
        kit.write(
            "{'input_text':'2','nodes':[{'type':'event','client_id':'a','text_summary':'t'}],'edges':[{'type':'part_of',"
                + "'src':{'client_id':'a'},'dst':{'id':'"
                + id("default:node:b").toUpperCase(java.util.Locale.ROOT)
                + "'}}]}");

    assertThat(textAt(answer, "/edges/0/dst_id")).isEqualTo(id("default:node:b"));
    assertThat(kit.count("memory_edges")).isEqualTo(1);
  }

  @Test
  void ruleNodesGetTheirDefinition() {
    kit.write(
        """
        {'input_text':'x','memory_lane':'shared','nodes':[{'type':'rule','client_id':'r','text_summary':'be kind',
          'slots':{'if':{'a':1},'then':{'b':2},'exceptions':['c'],'rule_scope':' Team ','target_team_id':' t1 '}},
         {'type':'rule','client_id':'plain','slots':{'if':null,'rule_scope':'galaxy'}}]}
        """);

    assertThat(
            kit.rows(
                "select d.state, d.if_json, d.then_json, d.exceptions_json, d.rule_scope, d.target_team_id, d.target_agent_id"
                    + " from memory_rule_defs d join memory_nodes n on n.id = d.rule_node_id order by n.client_id desc"))
        .isEqualTo(
            Jsons.stored(
                """
                [{'state':'draft','if_json':{'a':1},'then_json':{'b':2},'exceptions_json':['c'],'rule_scope':'team',
                  'target_team_id':'t1','target_agent_id':null},
                 {'state':'draft','if_json':{},'then_json':{},'exceptions_json':[],'rule_scope':'global',
                  'target_team_id':null,'target_agent_id':null}]
                """
                    .replace('\'', '"')));
  }

  @Test
  void nodesOfOtherScopesGetJobsOfTheirOwn() {
    JsonNode answer =
        kit.write(
            """
            {'tenant_id':'acme','scope':'main','input_text':'x','nodes':[
              {'type':'event','client_id':'a','text_summary':'one'},
              {'type':'event','client_id':'b','text_summary':'two','scope':'side'}]}
            """);

    assertThat(answer.at("/embedding_backfill/pending_nodes").intValue()).isEqualTo(2);
    assertThat(textAt(answer, "/nodes/1/id")).isEqualTo(id("tenant:acme::scope:side:node:b"));
    assertThat(
            kit.rows(
                "select scope, payload#>>'{nodes,0,text}' as t, jsonb_array_length(payload->'after_topic_cluster_event_ids') as a"
                    + " from memory_outbox order by scope"))
        .isEqualTo(
            Jsons.stored(
                """
                [{'scope':'tenant:acme::scope:main','t':'one','a':1},{'scope':'tenant:acme::scope:side','t':'two','a':1}]
                """
                    .replace('\'', '"')));
  }

  @Test
  void eventThatBringsItsVectorIsClusteredAtOnce() {
    JsonNode answer =
        kit.write(
            "{'input_text':'x','nodes':[{'type':'event','client_id':'a','embedding':[1,0,0,0]}]}");

    assertThat(answer.get("topic_cluster")).isEqualTo(json("{'enqueued':true}"));
    assertThat(kit.rows("select event_type, payload from memory_outbox"))
        .isEqualTo(
            Jsons.stored(
                ("[{'event_type':'topic_cluster','payload':{'event_ids':['"
                        + id("default:node:a")
                        + "']}}]")
                    .replace('\'', '"')));
  }

  @Test
  void laterWishToClusterIsAttachedToTheWaitingJob() {
    String body = "'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'t'}]}";
    JsonNode first = kit.write("{'trigger_topic_cluster':false," + body);
    JsonNode second = kit.write("{'trigger_topic_cluster':true," + body);

    assertThat(first.has("topic_cluster")).isFalse();
    assertThat(second.get("topic_cluster")).isEqualTo(json("{'enqueued':true}"));
    assertThat(kit.value("select payload->>'after_topic_cluster_event_ids' from memory_outbox"))
        .contains(id("default:node:a"));
    assertThat(kit.count("memory_outbox")).isEqualTo(1);
  }

  @Test
  void contentDigestTellsWritesApartThatTheChainDoesNot() {
    kit.write("{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'one'}]}");
    String one = kit.value("select content_sha256 from memory_commits");
    kit.execute("truncate memory_commits cascade");
    kit.write("{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'two'}]}");

    assertThat(kit.value("select content_sha256 from memory_commits"))
        .hasSize(64)
        .isNotEqualTo(one);
  }

  @Test
  void numbersInSlotsAreWhatEcmaScriptReads() {
    kit.write(
        "{'input_text':'x','nodes':[{'type':'entity','client_id':'a','slots':{'big':12345678901234567890,'huge':1e400,'s':'\\ud83d'}}]}");

    assertThat(kit.value("select slots from memory_nodes"))
        .isEqualTo("{\"s\": \"\ufffd\", \"big\": 12345678901234567000, \"huge\": null}");
  }

  @Test
  void chainCanBeVerified() {
    JsonNode root =
        kit.write("{'scope':'v','input_text':'1','nodes':[{'type':'entity','title':'Ümläut 😀'}]}");
    kit.write(
        json("{'scope':'v','input_text':'2','model_version':'m'}")
            .put("parent_commit_id", root.get("commit_id").textValue()));
    ConsistencyService consistency =
        ConsistencyService.of(kit.database, kit.settings, java.time.Clock.systemUTC());
    var scope = io.perdura.kernel.ScopeKey.resolve(null, "v", kit.settings.defaults());

    assertThat(consistency.verifyChain(scope))
        .isEqualTo(
            json(
                "{'tenant_id':'default','scope':'v','valid':true,'commits':2,'erased':0,'first_broken':null,'broken':[]}"));

    kit.execute("update memory_commits set diff_json = '{\"x\":1}' where model_version = 'm'");
    assertThat(consistency.verifyChain(scope).get("valid").booleanValue()).isFalse();
  }
}
