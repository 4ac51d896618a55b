package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.StableIds;
import io.perdura.outbox.EventOutcome;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Topics for events, in the write's transaction and by the worker, on both kinds of vector column.
 */
abstract class TopicClusteringTest extends DatabaseSuite {
  private MemoryKit kit;

  @BeforeEach
  void start() {
    kit = new MemoryKit(dataSource(), "TOPIC_MIN_EVENTS_PER_TOPIC", "3");
    kit.execute("truncate memory_commits, embedding_scopes cascade");
  }

  private static String event(String clientId, String vector, String more) {
    return "{'type':'event','client_id':'"
        + clientId
        + "','text_summary':'about "
        + clientId
        + "','embedding':"
        + vector
        + more
        + "}";
  }

  private JsonNode writeNow(String lane, String... events) {
    return kit.write(
        "{'input_text':'"
            + String.join(" ", events).hashCode()
            + "','topic_cluster_async':false,'memory_lane':'"
            + lane
            + "','nodes':["
            + String.join(",", events)
            + "]}");
  }

  private JsonNode topics() {
    return kit.rows(
        "select t.title, t.slots->>'topic_state' as state, (t.slots->>'member_count')::int as members, t.memory_lane as lane,"
            + " t.owner_agent_id as owner, (select embedding::real[]::text from memory_vectors v where v.node_id = t.id) as v"
            + " from memory_nodes t where t.type = 'topic' order by t.created_at, t.title");
  }

  @Test
  void firstEventStartsADraftTopicAndTheAnswerSaysSo() {
    ObjectNode summary =
        (ObjectNode) writeNow("shared", event("a", "[1,0,0,0]", "")).get("topic_cluster");

    assertThat(summary.remove("topic_commit_id").textValue()).hasSize(36);
    assertThat(summary.remove("topic_commit_hash").textValue()).hasSize(64);
    assertThat(summary)
        .isEqualTo(
            json(
                """
                {'processed_events':1,'assigned':1,'created_topics':1,'promoted':0,'strategy_requested':'online_knn',
                 'strategy_executed':'online_knn','strategy_note':null,
                 'quality':{'cohesion':0.5,'coverage':1,'orphan_rate_after':0,'merge_rate_30d':0}}
                """));
    String event = StableIds.uuid("default:node:a").toString();
    String topic =
        StableIds.uuid("default:topic:draft:" + Hashes.sha256Hex("about a") + ":" + event)
            .toString();
    JsonNode node = kit.rows("select * from memory_nodes where id = '" + topic + "'").get(0);
    assertThat(node.get("title").textValue()).isEqualTo("about a");
    assertThat(node.get("text_summary").textValue())
        .isEqualTo("Auto-clustered candidate topic (draft).");
    assertThat(node.get("embedding_model").textValue()).isEqualTo("client");
    assertThat(node.at("/slots/seed_event_id").textValue()).isEqualTo(event);
    assertThat(
            kit.rows(
                "select id, type, src_id, weight, confidence, decay_rate as d from memory_edges order by type desc"))
        .isEqualTo(
            json("""
            {'r':[{'id':'%s','type':'part_of','src_id':'%s','weight':0.5,'confidence':0.5,'d':0.01},
             {'id':'%s','type':'derived_from','src_id':'%s','weight':1,'confidence':0.8,'d':0}]}
            """
                    .formatted(
                        StableIds.uuid("default:edge:topic_cluster:part_of:" + event + ":" + topic),
                        event,
                        StableIds.uuid(
                            "default:edge:topic_cluster:derived_from:" + topic + ":" + event),
                        topic))
                .get("r"));
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void similarEventsShareATopicThatBecomesActive() {
    writeNow("shared", event("a", "[1,0,0,0]", ""));
    writeNow("shared", event("b", "[1,0.5,0,0]", ""));
    JsonNode third = writeNow("shared", event("c", "[1,0.25,0,0]", ""));

    assertThat(third.at("/topic_cluster/promoted").intValue()).isEqualTo(1);
    assertThat(third.at("/topic_cluster/created_topics").intValue()).isZero();
    assertThat(topics())
        .isEqualTo(
            json("{'r':[{'title':'about a','state':'active','members':3,'lane':'shared','owner':null,'v':'{1,0.25,0,0}'}]}")
                .get("r"));
    assertThat(
            kit.value(
                "select weight from memory_edges e join memory_nodes n on n.id = e.src_id where e.type = 'part_of' and n.client_id = 'b'"))
        .isEqualTo("0.8944272");
  }

  @Test
  void similarNewEventsOfOneRunShareTheirTopic() {
    JsonNode answer =
        writeNow(
            "shared",
            event("a", "[1,0,0,0]", ""),
            event("b", "[1,0.1,0,0]", ""),
            event("c", "[0,0,1,0]", ""),
            event("d", "[1,0.05,0,0]", ""));

    assertThat(answer.at("/topic_cluster/created_topics").intValue()).isEqualTo(2);
    assertThat(topics().findValuesAsText("members")).containsExactlyInAnyOrder("3", "1");
  }

  @Test
  void privateEventsJoinTheirOwnersTopicsAndSharedOnesOnly() {
    writeNow("private", event("alices", "[1,0,0,0]", ",'owner_agent_id':'alice'"));
    writeNow("private", event("bobs", "[1,0,0,0]", ",'owner_agent_id':'bob'"));
    writeNow("private", event("nobodys", "[1,0,0,0]", ""));
    writeNow("private", event("alices2", "[1,0,0,0]", ",'owner_agent_id':'alice'"));
    writeNow("shared", event("shared", "[1,0,0,0]", ""));

    assertThat(topics())
        .hasSize(3)
        .anySatisfy(t -> assertThat(t.get("title").textValue()).isEqualTo("about alices"))
        .anySatisfy(t -> assertThat(t.get("title").textValue()).isEqualTo("about bobs"))
        .anySatisfy(t -> {
          assertThat(t.get("title").textValue()).isEqualTo("about nobodys");
          assertThat(t.get("lane").textValue()).isEqualTo("shared");
        });
    assertThat(
            kit.value("select t.owner_agent_id from memory_nodes t where t.title = 'about alices'"))
        .isEqualTo("alice");
    assertThat(
            kit.value(
                "select count(*) from memory_edges e join memory_nodes n on n.id = e.src_id join memory_nodes t on t.id = e.dst_id"
                    + " where e.type = 'part_of' and t.owner_agent_id is not null and t.owner_agent_id is distinct from n.owner_agent_id"))
        .isEqualTo("0");
  }

  @Test
  void sessionsAreNoTopicsAndTheirEventsAreClusteredToo() {
    kit.append("{'session_id':'s','event_id':'e','title':'t','memory_lane':'shared'}");
    kit.execute(
        "insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane)"
            + " select "
            + kit.generations.configured()
            + ", id, scope, array[1,0,0,0]::real[], true, type, memory_lane from memory_nodes");
    kit.execute("update memory_nodes set embedding_status = 'ready'");
    String event = kit.value("select id from memory_nodes where type = 'event'");

    ObjectNode summary =
        kit.database.transaction(
            "cluster",
            tx ->
                new TopicClustering(kit.settings, kit.generations, VectorEvents.silent())
                    .run(tx, "default", List.of(java.util.UUID.fromString(event))));

    assertThat(summary.get("created_topics").intValue()).isEqualTo(1);
  }

  @Test
  void eventsThatHaveATopicOrNoVectorAreNotProcessed() {
    writeNow("shared", event("a", "[1,0,0,0]", ""));

    JsonNode again =
        writeNow(
            "shared",
            event("a", "[1,0,0,0]", ""),
            "{'type':'event','client_id':'b','text_summary':'t'}");

    assertThat(again.has("topic_cluster")).isFalse();
    assertThat(kit.value("select count(*) from memory_commits where kind = 'topic_cluster'"))
        .isEqualTo("1");
  }

  @Test
  void workerClustersWhatItEmbeddedAndNotesItInThePayload() {
    kit.write(
        "{'input_text':'x','memory_lane':'shared','nodes':[{'type':'event','client_id':'a','text_summary':'t'},{'type':'event','client_id':'b','text_summary':'t'}]}");

    List<EventOutcome> outcomes = new Drain(kit).run();

    assertThat(outcomes).hasSize(2);
    JsonNode payload =
        kit.rows("select payload from memory_outbox where event_type = 'topic_cluster'")
            .at("/0/payload");
    assertThat(payload.at("/topic_cluster/processed_events").intValue()).isEqualTo(2);
    assertThat(payload.at("/topic_cluster/created_topics").intValue()).isEqualTo(1);
    assertThat(payload.get("topic_commit_id").textValue())
        .isEqualTo(kit.value("select id from memory_commits where kind = 'topic_cluster'"));
    assertThat(
            kit.value(
                "select member_count from (select slots->>'member_count' as member_count from memory_nodes where type = 'topic') t"))
        .isEqualTo("2");
  }

  @Test
  void jobWithoutIdsIsSkipped() {
    kit.write(
        "{'input_text':'x','nodes':[{'type':'event','client_id':'a','embedding':[1,0,0,0]}]}");
    kit.execute("update memory_outbox set payload = '{\"event_ids\":[]}'");

    assertThat(new Drain(kit).run().getFirst().payloadMerge())
        .isEqualTo(json("{'skipped':true,'reason':'no_event_ids'}"));
  }

  @Test
  void runsOfOneScopeAtTheSameTimeLoseNoMember() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<JsonNode>> tasks = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String event = event("e" + i, "[1,0,0,0]", "");
        tasks.add(() -> writeNow("shared", event));
      }
      for (Future<JsonNode> future : threads.invokeAll(tasks)) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(topics()).hasSize(1);
    assertThat(topics().at("/0/members").intValue()).isEqualTo(24);
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  static class OnArraysTest extends TopicClusteringTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.fresh();
    }
  }

  static class OnPgvectorTest extends TopicClusteringTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.pgvector();
    }
  }
}
