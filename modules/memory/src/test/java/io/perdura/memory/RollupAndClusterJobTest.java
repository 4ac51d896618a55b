package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.StableIds;
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

/** Topics for events without one, and summaries of topics, on both kinds of vector column. */
abstract class RollupAndClusterJobTest extends DatabaseSuite {
  private MemoryKit kit;

  @BeforeEach
  void start() {
    kit =
        new MemoryKit(
            dataSource(),
            "TOPIC_MIN_EVENTS_PER_TOPIC",
            "3",
            "AUTO_TOPIC_CLUSTER_ON_WRITE",
            "false");
    kit.execute("truncate memory_commits, embedding_scopes cascade");
  }

  private CompressionRollupJob rollup() {
    return new CompressionRollupJob(kit.settings, kit.generations, VectorEvents.silent());
  }

  private TopicClusterJob cluster() {
    return new TopicClusterJob(kit.settings, kit.generations, VectorEvents.silent());
  }

  private void event(String name, String lane, String agent) {
    kit.write(
        "{'input_text':'"
            + name
            + "','memory_lane':'"
            + lane
            + "','nodes':[{'type':'event','client_id':'"
            + name
            + "','text_summary':'about "
            + name
            + "','embedding':[1,0,0,0]"
            + (agent == null ? "" : ",'owner_agent_id':'" + agent + "'")
            + "}]}");
  }

  private void sharedTopic(int events) {
    for (int i = 0; i < events; i++) {
      event("e" + i, "shared", null);
    }
    Jobs.body(kit, cluster());
  }

  private JsonNode summaries() {
    return kit.rows(
        "select * from memory_nodes where slots->>'summary_kind' = 'compression_rollup' order by id");
  }

  /** Puts events into the only topic there is, as a client may. */
  private void join(String like) {
    kit.execute(
        "insert into memory_edges (id, scope, type, src_id, dst_id, commit_id) select gen_random_uuid(), 'default', 'part_of', n.id, t.id,"
            + " n.commit_id from memory_nodes n, memory_nodes t where n.client_id like '"
            + like
            + "' and t.type = 'topic' on conflict do nothing");
  }

  @Test
  void sixIdenticalEventsMakeOneTopicOfSix() {
    for (int i = 0; i < 6; i++) {
      event("e" + i, "shared", null);
    }

    JsonNode dry = Jobs.body(kit, cluster(), "dry-run", "true");
    JsonNode result = Jobs.body(kit, cluster());

    assertThat(dry.get("waiting_events").intValue()).isEqualTo(6);
    assertThat(result.get("created_topics").intValue()).isEqualTo(1);
    assertThat(result.get("assigned").intValue()).isEqualTo(6);
    assertThat(result.get("promoted").intValue()).isEqualTo(1);
    // the first starts the topic with 0.5, the others match it wholly
    assertThat(result.at("/quality/cohesion").doubleValue()).isEqualTo(0.9167);
    assertThat(result.at("/quality/coverage").doubleValue()).isEqualTo(1);
    assertThat(kit.value("select slots->>'member_count' from memory_nodes where type = 'topic'"))
        .isEqualTo("6");
    JsonNode again = Jobs.body(kit, cluster());
    assertThat(again.get("processed_events").intValue()).isZero();
    assertThat(again.has("quality")).isFalse();
    assertThat(kit.value("select count(*) from memory_commits where kind = 'topic_cluster'"))
        .isEqualTo("1");
  }

  @Test
  void clusteringGoesOnWhereItDied() {
    kit =
        new MemoryKit(
            dataSource(), "TOPIC_CLUSTER_BATCH_SIZE", "2", "AUTO_TOPIC_CLUSTER_ON_WRITE", "false");
    for (int i = 0; i < 7; i++) {
      event("e" + i, "shared", null);
    }

    JsonNode result = Jobs.runDying(kit, cluster()).body();

    assertThat(result.get("processed_events").intValue()).isEqualTo(7);
    assertThat(result.get("commits").intValue()).isEqualTo(4);
    assertThat(kit.value("select slots->>'member_count' from memory_nodes where type = 'topic'"))
        .isEqualTo("7");
  }

  @Test
  void clusteringStopsAtItsLimit() {
    for (int i = 0; i < 5; i++) {
      event("e" + i, "shared", null);
    }

    assertThat(Jobs.body(kit, cluster(), "max-events", "3").get("assigned").intValue())
        .isEqualTo(3);
    assertThat(Jobs.body(kit, cluster()).get("assigned").intValue()).isEqualTo(2);
  }

  @Test
  void aSharedTopicGetsASharedSummaryThatCitesItsEvents() {
    sharedTopic(5);
    String topic = kit.value("select id from memory_nodes where type = 'topic'");

    JsonNode result = Jobs.body(kit, rollup());

    assertThat(result.get("created_summaries").intValue()).isEqualTo(1);
    assertThat(result.get("citations_written").intValue()).isEqualTo(5);
    JsonNode summary = summaries().get(0);
    assertThat(summary.get("id").textValue())
        .isEqualTo(StableIds.uuid("default:compression:topic:" + topic).toString());
    assertThat(summary.get("memory_lane").textValue()).isEqualTo("shared");
    assertThat(summary.get("tier").textValue()).isEqualTo("warm");
    assertThat(summary.get("title").textValue()).isEqualTo("Summary: about e0");
    assertThat(summary.get("text_summary").textValue())
        .isEqualTo(
            "Topic: about e0 (5 events). Key points: - about e4 - about e3 - about e2 - about e1");
    assertThat(summary.get("commit_id").textValue()).isEqualTo(result.get("commit_id").textValue());
    assertThat(summary.at("/slots/source_event_ids").size()).isEqualTo(5);
    assertThat(
            kit.value(
                "select string_agg(type || ':' || n || ':' || w || ':' || c, ' ' order by type) from (select type, count(*) n, min(weight) w,"
                    + " min(confidence) c from memory_edges e where src_id = '"
                    + summary.get("id").textValue()
                    + "' group by type) x"))
        .isEqualTo("derived_from:5:1:0.9 part_of:1:0.9:0.9");
    assertThat(
            kit.value(
                "select embedding::real[]::text from memory_vectors v where v.node_id = '"
                    + summary.get("id").textValue()
                    + "'"))
        .isEqualTo("{1,0,0,0}");
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  @Test
  void anUnchangedSummaryMakesNoCommitAndNewEventsReplaceOldOnes() {
    kit =
        new MemoryKit(
            dataSource(),
            "TOPIC_MIN_EVENTS_PER_TOPIC",
            "3",
            "AUTO_TOPIC_CLUSTER_ON_WRITE",
            "false",
            "MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC",
            "4");
    sharedTopic(4);
    Jobs.body(kit, rollup());

    JsonNode again = Jobs.body(kit, rollup());
    event("new", "shared", null);
    Jobs.body(kit, cluster());
    JsonNode dry = Jobs.body(kit, rollup(), "dry-run", "true");
    JsonNode third = Jobs.runDying(kit, rollup()).body();

    assertThat(again.get("unchanged_summaries").intValue()).isEqualTo(1);
    assertThat(again.get("commit_id").isNull()).isTrue();
    assertThat(dry.get("updated_summaries").intValue()).isEqualTo(1);
    assertThat(dry.get("commit_id").isNull()).isTrue();
    assertThat(third.get("updated_summaries").intValue()).isEqualTo(1);
    assertThat(kit.value("select count(*) from memory_commits where kind = 'compression_rollup'"))
        .isEqualTo("2");
    assertThat(summaries()).hasSize(1);
    assertThat(
            kit.value(
                "select string_agg(m.client_id, ',' order by m.client_id) from memory_edges e join memory_nodes m on m.id = e.dst_id"
                    + " join memory_nodes s on s.id = e.src_id where e.type = 'derived_from' and s.slots->>'summary_kind' is not null"))
        .isEqualTo("e1,e2,e3,new");
  }

  @Test
  void oneOwnersPrivateEventsAreSummedUpForThatOwnerAlone() {
    for (int i = 0; i < 4; i++) {
      event("a" + i, "private", "alice");
    }
    Jobs.body(kit, cluster());

    Jobs.body(kit, rollup());

    assertThat(summaries()).hasSize(1);
    assertThat(summaries().at("/0/memory_lane").textValue()).isEqualTo("private");
    assertThat(summaries().at("/0/owner_agent_id").textValue()).isEqualTo("alice");
    assertThat(
            kit.value(
                "select memory_lane || owner_agent_id from memory_vectors where type = 'concept'"))
        .isEqualTo("privatealice");
  }

  @Test
  void whereOwnersDifferOnlyWhatIsSharedIsSummedUp() {
    sharedTopic(3);
    for (int i = 0; i < 3; i++) {
      event("a" + i, "private", "alice");
      event("b" + i, "private", "bob");
    }
    join("a%");
    join("b%");

    JsonNode mixed = Jobs.body(kit, rollup());
    for (int i = 3; i < 5; i++) {
      event("e" + i, "shared", null);
    }
    join("e%");
    JsonNode enough = Jobs.body(kit, rollup());

    assertThat(mixed.get("skipped_mixed_owners").intValue()).isEqualTo(1);
    assertThat(mixed.get("commit_id").isNull()).isTrue();
    assertThat(enough.get("created_summaries").intValue()).isEqualTo(1);
    assertThat(summaries().at("/0/memory_lane").textValue()).isEqualTo("shared");
    assertThat(summaries().at("/0/slots/source_event_count").intValue()).isEqualTo(5);
    assertThat(summaries().at("/0/text_summary").textValue()).doesNotContain("about a", "about b");
  }

  @Test
  void privateEventsOfNobodyAreNotSummedUp() {
    sharedTopic(3);
    kit.execute("update memory_nodes set memory_lane = 'private' where client_id like 'e%'");
    for (int i = 3; i < 6; i++) {
      event("e" + i, "private", null);
    }
    join("e%");

    assertThat(Jobs.body(kit, rollup()).get("skipped_mixed_owners").intValue()).isEqualTo(1);
    assertThat(summaries()).isEmpty();
  }

  @Test
  void writersClusteringAndRollUpAtTheSameTimeLoseNothing() throws Exception {
    sharedTopic(5);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Object>> tasks = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        String name = "w" + t + "-";
        tasks.add(() -> {
          for (int i = 0; i < 12; i++) {
            event(name + i, "shared", null);
          }
          return null;
        });
        tasks.add(() -> {
          for (int i = 0; i < 6; i++) {
            Jobs.body(kit, cluster());
            Jobs.body(kit, rollup());
          }
          return null;
        });
      }
      for (Future<Object> future : threads.invokeAll(tasks)) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    Jobs.body(kit, cluster());
    Jobs.body(kit, rollup());

    assertThat(kit.value("select slots->>'member_count' from memory_nodes where type = 'topic'"))
        .isEqualTo("29");
    assertThat(summaries()).hasSize(1);
    assertThat(Jobs.body(kit, rollup()).get("unchanged_summaries").intValue()).isEqualTo(1);
    assertThat(kit.verifyChain("default").get("valid").booleanValue()).isTrue();
  }

  static class OnArraysTest extends RollupAndClusterJobTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.fresh();
    }
  }

  static class OnPgvectorTest extends RollupAndClusterJobTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.pgvector();
    }
  }
}
