package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static io.perdura.memory.MemoryKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Once;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionServiceTest {
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

  private static ObjectNode withoutCommit(JsonNode answer) {
    ObjectNode copy = answer.deepCopy();
    assertThat(copy.remove("commit_id").textValue()).hasSize(36);
    assertThat(copy.remove("commit_hash").textValue()).hasSize(64);
    return copy;
  }

  @Test
  void eventCreatesItsSessionAndAnswersAsDocumented() {
    JsonNode answer =
        kit.append(
            "{'session_id':'s1','event_id':'e1','input_text':'user asked for a refund','memory_lane':'shared'}");

    ObjectNode expected =
        json(
            """
            {'tenant_id':'default','scope':'default','session_id':'s1','event_id':'e1',
             'event_node_id':'85c53b04-d878-5405-8fc9-b174972728c5','session_node_id':'cc9bf82f-61dc-5434-9ac7-34000921784d',
             'event_uri':'aionis://default/default/event/85c53b04-d878-5405-8fc9-b174972728c5',
             'session_uri':'aionis://default/default/topic/cc9bf82f-61dc-5434-9ac7-34000921784d',
             'nodes':[{'id':'cc9bf82f-61dc-5434-9ac7-34000921784d','client_id':'session:s1','type':'topic'},
               {'id':'85c53b04-d878-5405-8fc9-b174972728c5','client_id':'session_event:s1:e1','type':'event'}],
             'edges':[{'id':'','type':'part_of','src_id':'85c53b04-d878-5405-8fc9-b174972728c5','dst_id':'cc9bf82f-61dc-5434-9ac7-34000921784d'}],
             'embedding_backfill':{'enqueued':true,'pending_nodes':2}}
            """);
    ((ObjectNode) expected.at("/edges/0")).set("id", answer.at("/edges/0/id"));
    assertThat(withoutCommit(answer)).isEqualTo(expected);
    assertThat(
            kit.rows(
                "select title, text_summary, slots, memory_lane as lane, salience from memory_nodes order by type"))
        .isEqualTo(
            json("""
            {'rows':[{'title':null,'text_summary':'user asked for a refund','lane':'shared','salience':0.5,
               'slots':{'system_kind':'session_event','session_id':'s1','event_id':'e1'}},
              {'title':'Session s1','text_summary':'Session s1','lane':'shared','salience':0.5,
               'slots':{'system_kind':'session','session_id':'s1'}}]}
            """)
                .get("rows"));
    assertThat(kit.value("select weight || '/' || confidence from memory_edges")).isEqualTo("1/1");
    assertThat(kit.value("select actor from memory_commits")).isEqualTo("event_api");
    assertThat(kit.value("select payload ? 'after_topic_cluster_event_ids' from memory_outbox"))
        .isEqualTo("f");
  }

  @Test
  void sessionIsCreatedAsATopicAndCreatedOnce() {
    String body =
        "{'session_id':' a/b ','title':' T ','metadata':{'k':1,'session_id':'mine'},'memory_lane':'shared'}";
    JsonNode first = kit.createSession(body);
    JsonNode second =
        kit.createSession("{'session_id':'a/b','title':'other','memory_lane':'shared'}");

    assertThat(withoutCommit(first))
        .isEqualTo(
            json(
                """
                {'tenant_id':'default','scope':'default','session_id':'a/b','session_node_id':'%1$s',
                 'session_uri':'aionis://default/default/topic/%1$s',
                 'nodes':[{'id':'%1$s','client_id':'session:a%%2Fb','type':'topic'}],'edges':[],'embedding_backfill':null}
                """
                    .formatted(first.get("session_node_id").textValue())));
    assertThat(second.get("session_node_id")).isEqualTo(first.get("session_node_id"));
    assertThat(kit.rows("select title, text_summary, slots from memory_nodes").get(0))
        .isEqualTo(
            json(
                "{'title':'T','text_summary':'T','slots':{'system_kind':'session','session_id':'mine','k':1}}"));
  }

  @Test
  void eventWithoutIdIsNewEachTimeAndWithIdOnlyOnce() {
    for (int i = 0; i < 2; i++) {
      kit.append("{'session_id':'s','title':' only title ','memory_lane':'shared'}");
      kit.append("{'session_id':'s','event_id':'e','text_summary':'t','memory_lane':'shared'}");
    }

    assertThat(kit.value("select count(*) from memory_nodes where type = 'event'")).isEqualTo("3");
    assertThat(
            kit.value("select count(distinct text_summary) from memory_nodes where type = 'event'"))
        .isEqualTo("2");
  }

  @Test
  void blankSessionIdAndMissingTextAreRefused() {
    assertThat(refusal(() -> kit.createSession("{'session_id':'  '}")).body())
        .isEqualTo(
            json(
                "{'error':'invalid_request','issues':[{'path':'session_id','message':'String must contain at least 1 character(s)'}]}"));
    assertThat(refusal(() -> kit.append("{'session_id':'s'}")).body())
        .isEqualTo(
            json(
                "{'error':'invalid_request','issues':[{'path':'','message':'must set text_summary, title, or input_text'}]}"));
    assertThat(
            kit.append("{'session_id':'s','event_id':'e','title':'  ','memory_lane':'shared'}")
                .get("event_id")
                .textValue())
        .isEqualTo("e");
    assertThat(kit.value("select text_summary from memory_nodes where type = 'event'"))
        .isEqualTo("session event e");
  }

  @Test
  void sessionThatNobodyCouldReadIsRefusedOrShared() {
    assertThat(
            refusal(() -> kit.createSession("{'session_id':'s','memory_lane':'private'}")).code())
        .isEqualTo("private_session_without_owner");
    assertThat(
            refusal(() -> kit.append("{'session_id':'s','title':'t','memory_lane':'private'}"))
                .code())
        .isEqualTo("private_session_without_owner");

    kit.createSession("{'session_id':'free'}");
    kit.createSession("{'session_id':'mine','producer_agent_id':'alice'}");

    assertThat(
            kit.rows(
                "select slots->>'session_id' as s, memory_lane as l, owner_agent_id as o from memory_nodes order by 1"))
        .isEqualTo(
            json("{'r':[{'s':'free','l':'shared','o':null},{'s':'mine','l':'private','o':'alice'}]}")
                .get("r"));
  }

  @Test
  void privateSessionTakesEventsOfItsOwnersOnly() {
    kit.createSession("{'session_id':'s','owner_agent_id':'alice','owner_team_id':'t1'}");

    for (String stranger :
        List.of(
            "", ",'owner_agent_id':'eve'", ",'owner_team_id':'t2'", ",'producer_agent_id':'eve'")) {
      var refusal = refusal(() -> kit.append("{'session_id':'s','title':'t'" + stranger + "}"));
      assertThat(refusal.code()).isEqualTo("session_owner_mismatch");
      assertThat(refusal.status()).isEqualTo(403);
    }
    kit.append("{'session_id':'s','event_id':'1','title':'t','producer_agent_id':' alice '}");
    kit.append(
        "{'session_id':'s','event_id':'2','title':'t','owner_agent_id':'bob','owner_team_id':'t1','memory_lane':'shared'}");

    assertThat(
            kit.rows(
                "select memory_lane as l, owner_agent_id as o, owner_team_id as t from memory_nodes where type = 'event'"))
        .isEqualTo(
            json("{'r':[{'l':'private','o':'alice','t':'t1'},{'l':'private','o':'alice','t':'t1'}]}")
                .get("r"));
  }

  @Test
  void eventsAreListedNewestFirstWithWhatWasAskedFor() {
    for (int i = 1; i <= 3; i++) {
      kit.append(
          "{'session_id':'s','event_id':'e"
              + i
              + "','text_summary':'t"
              + i
              + "','memory_lane':'shared','edge_weight':0.25,'metadata':{'k':1}}");
    }

    JsonNode page = kit.events("s", Map.of("limit", List.of("2")));

    String id = page.at("/events/0/id").textValue();
    String session = page.at("/session/node_id").textValue();
    assertThat(page.at("/events/0"))
        .isEqualTo(
            json(
                """
                {'uri':'aionis://default/default/event/%1$s','id':'%1$s','client_id':'session_event:s:e3','event_id':'e3','type':'event',
                 'title':null,'text_summary':'t3','edge_weight':0.25,'edge_confidence':1}
                """
                    .formatted(id)));
    assertThat(page.get("session"))
        .isEqualTo(
            json(
                """
                {'session_id':'s','node_id':'%1$s','title':'Session s','text_summary':'Session s','uri':'aionis://default/default/topic/%1$s'}
                """
                    .formatted(session)));
    assertThat(page.get("page"))
        .isEqualTo(json("{'limit':2,'offset':0,'returned':2,'has_more':true}"));

    JsonNode full =
        kit.events(
            "s",
            Map.of(
                "include_meta",
                List.of("true"),
                "include_slots",
                List.of("1"),
                "offset",
                List.of("2")));
    List<String> keys = new ArrayList<>();
    full.at("/events/0").fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly(
            "uri",
            "id",
            "client_id",
            "event_id",
            "type",
            "title",
            "text_summary",
            "edge_weight",
            "edge_confidence",
            "slots",
            "memory_lane",
            "producer_agent_id",
            "owner_agent_id",
            "owner_team_id",
            "embedding_status",
            "embedding_model",
            "raw_ref",
            "evidence_ref",
            "created_at",
            "updated_at",
            "last_activated",
            "salience",
            "importance",
            "confidence",
            "commit_id");
    assertThat(full.at("/events/0/event_id").textValue()).isEqualTo("e1");
  }

  @Test
  void flagsThatSayFalseAreFalse() {
    kit.append("{'session_id':'s','event_id':'e','title':'t','memory_lane':'shared'}");

    for (String no : List.of("false", "0", "", "False")) {
      JsonNode answer = kit.events("s", Map.of("include_slots", List.of(no)));
      assertThat(answer.at("/events/0").has("slots")).as(no).isFalse();
    }
    assertThat(
            kit.events("s", Map.of("include_slots", List.of("yes"))).at("/events/0").has("slots"))
        .isTrue();
  }

  @Test
  void queryIsCheckedLikeABody() {
    assertThat(
            refusal(() ->
                    kit.events(
                        "s",
                        Map.of(
                            "limit",
                            List.of(""),
                            "offset",
                            List.of("1", "2"),
                            "scope",
                            List.of("a", "b"))))
                .body())
        .isEqualTo(
            json(
                """
                {'error':'invalid_request','issues':[{'path':'scope','message':'Expected string, received array'},
                 {'path':'limit','message':'Number must be greater than or equal to 1'},
                 {'path':'offset','message':'Expected number, received array'}]}
                """));
    assertThat(refusal(() -> kit.events("x".repeat(129), Map.of())).code())
        .isEqualTo("invalid_request");
    assertThat(kit.events("x".repeat(128), Map.of()).get("session").isNull()).isTrue();
  }

  @Test
  void sessionOfSomebodyElseLooksLikeNone() {
    kit.append("{'session_id':'s','event_id':'e','title':'t','owner_agent_id':'alice'}");

    JsonNode hidden = kit.events("s", Map.of("consumer_agent_id", List.of("eve")));
    JsonNode seen = kit.events("s", Map.of("consumer_agent_id", List.of("alice")));

    assertThat(hidden)
        .isEqualTo(
            json(
                "{'tenant_id':'default','scope':'default','session':null,'events':[],'page':{'limit':20,'offset':0,'returned':0,'has_more':false}}"));
    assertThat(seen.get("events")).hasSize(1);
  }

  @Test
  void longestIdsInAnyScriptFit() {
    String id = "語".repeat(128);

    JsonNode answer =
        kit.append(
            "{'session_id':'"
                + id
                + "','event_id':'"
                + id
                + "','title':'t','memory_lane':'shared'}");

    assertThat(kit.events(id, Map.of()).at("/events/0/id")).isEqualTo(answer.get("event_node_id"));
  }

  @Test
  void keyedEventIsAppendedOnce() {
    var request =
        EventRequest.read(
            json("{'session_id':'s','title':'t','memory_lane':'shared'}"), kit.settings);
    var again =
        EventRequest.read(
            json("{'session_id':'s','title':'t','memory_lane':'shared'}"), kit.settings);
    Once once = new Once("default", "p", "POST /v1/memory/events", "k", "sha");

    JsonNode first = kit.sessions.append(request, once).body();
    JsonNode second = kit.sessions.append(again, once).body();

    assertThat(second).isEqualTo(first);
    assertThat(kit.value("select count(*) from memory_nodes where type = 'event'")).isEqualTo("1");
  }
}
