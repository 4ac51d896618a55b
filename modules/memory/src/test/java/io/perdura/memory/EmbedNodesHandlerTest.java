package io.perdura.memory;

import static io.perdura.memory.MemoryKit.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.embedding.EmbeddingFailure;
import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.EventOutcome;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The handler of embed_nodes, on both kinds of vector column. */
abstract class EmbedNodesHandlerTest extends DatabaseSuite {
  private StubProvider provider;
  private MemoryKit kit;
  private Drain drain;

  @BeforeEach
  void start() {
    provider = new StubProvider("stub:one", 4);
    kit = new MemoryKit(dataSource(), provider);
    kit.execute("truncate memory_commits, embedding_scopes cascade");
    drain = new Drain(kit);
  }

  private static String event(String clientId, String text) {
    return "{'input_text':'"
        + clientId
        + "','trigger_topic_cluster':false,'nodes':[{'type':'event','client_id':'"
        + clientId
        + "','text_summary':'"
        + text
        + "'}]}";
  }

  private JsonNode embedding(String clientId) {
    return kit.rows(
            "select embedding_status as s, embedding_model as m, embedding_attempts as a, embedding_last_error as e,"
                + " (select embedding::real[]::text from memory_vectors v where v.node_id = n.id) as v from memory_nodes n where client_id = '"
                + clientId
                + "'")
        .get(0);
  }

  @Test
  void nodesOfManyEventsAreEmbeddedInOneCallAndStoredReady() {
    provider.vector("one", 1, 2, 3, 4).vector("two", 0.5f, 0, 0, 0);
    kit.write(event("a", "one"));
    kit.write(event("b", "two"));
    kit.write(event("c", "one"));

    List<EventOutcome> outcomes = drain.run();

    assertThat(provider.calls).containsExactly(List.of("one", "two"));
    assertThat(embedding("a"))
        .isEqualTo(json("{'s':'ready','m':'stub:one','a':1,'e':null,'v':'{1,2,3,4}'}"));
    assertThat(embedding("b").get("v").textValue()).isEqualTo("{0.5,0,0,0}");
    assertThat(embedding("c").get("v").textValue()).isEqualTo("{1,2,3,4}");
    assertThat(outcomes).hasSize(3).allMatch(outcome -> outcome instanceof EventOutcome.Done);
    assertThat(outcomes.getFirst().payloadMerge())
        .isEqualTo(
            json(
                "{'embed_backfill':{'attempted':1,'updated':1,'skipped_already_ready':0,'failed':0,'status':'ok'}}"));
    assertThat(kit.value("select bool_and(eligible) from memory_vectors")).isEqualTo("t");
    assertThat(kit.count("embedding_scopes")).isEqualTo(1);
  }

  @Test
  void readyNodesAreSkippedUnlessForced() {
    kit.write(event("a", "one"));
    drain.run();
    provider.vector("one", 9, 9, 9, 9);
    kit.execute("update memory_outbox set published_at = null");

    assertThat(
            drain
                .run()
                .getFirst()
                .payloadMerge()
                .at("/embed_backfill/skipped_already_ready")
                .intValue())
        .isEqualTo(1);
    assertThat(embedding("a").get("v").textValue()).isEqualTo("{1,0,0,0}");

    kit.write(
        event("a", "one")
            .replace("{'input_text':'a'", "{'force_reembed':true,'input_text':'again'"));
    drain.run();

    assertThat(embedding("a").get("v").textValue()).isEqualTo("{9,9,9,9}");
    assertThat(embedding("a").get("a").intValue()).isEqualTo(2);
  }

  @Test
  void throttledTextsAreRetriedWithTheProvidersPauseAndTheOthersStored() {
    provider.failure("slow", EmbeddingFailure.throttled(429, Duration.ofSeconds(7), "slow down"));
    kit.write(
        "{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'fine'},{'type':'event','client_id':'b','text_summary':'slow'}]}");

    EventOutcome outcome = drain.run().getFirst();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            EventOutcome.Retry.class,
            retry -> {
              assertThat(retry.failureClass()).isEqualTo("throttled");
              assertThat(retry.retryAfter()).isEqualTo(Duration.ofSeconds(7));
            });
    assertThat(outcome.payloadMerge().get("embed_backfill"))
        .isEqualTo(
            json(
                "{'attempted':2,'updated':1,'skipped_already_ready':0,'failed':1,'status':'retryable_error','error_message':'slow down'}"));
    assertThat(embedding("a").get("s").textValue()).isEqualTo("ready");
    assertThat(embedding("b"))
        .isEqualTo(json("{'s':'pending','m':null,'a':1,'e':'slow down','v':null}"));
    assertThat(kit.value("select count(*) from memory_outbox where event_type = 'topic_cluster'"))
        .isEqualTo("0");

    provider.heal();
    drain.run();
    assertThat(embedding("b").get("s").textValue()).isEqualTo("ready");
    assertThat(kit.value("select count(*) from memory_outbox where event_type = 'topic_cluster'"))
        .isEqualTo("1");
  }

  @Test
  void refusedTextIsAFailedNodeAndADeadEvent() {
    provider.failure("bad", EmbeddingFailure.refused(400, "cannot embed this"));
    kit.write(event("a", "bad"));

    EventOutcome outcome = drain.run().getFirst();

    assertThat(outcome).isInstanceOf(EventOutcome.Dead.class);
    assertThat(embedding("a"))
        .isEqualTo(json("{'s':'failed','m':null,'a':1,'e':'cannot embed this','v':null}"));
  }

  @Test
  void nodeWithAVectorKeepsItWhenANewAttemptFails() {
    kit.write(event("a", "one"));
    drain.run();
    provider.failure("one", EmbeddingFailure.refused(400, "no more"));
    kit.write(
        event("a", "one")
            .replace("{'input_text':'a'", "{'force_reembed':true,'input_text':'again'"));

    drain.run();

    assertThat(embedding("a").get("s").textValue()).isEqualTo("ready");
    assertThat(embedding("a").get("v").textValue()).isEqualTo("{1,0,0,0}");
  }

  @Test
  void textThatIsBlankAfterCleaningFailsTheNode() {
    kit.write(event("a", "one"));
    kit.execute(
        "update memory_outbox set payload = jsonb_set(payload, '{nodes,0,text}', '\"  \"')");

    assertThat(drain.run().getFirst()).isInstanceOf(EventOutcome.Dead.class);
    assertThat(embedding("a").get("e").textValue()).isEqualTo("no_embed_text");
    assertThat(embedding("a").get("s").textValue()).isEqualTo("failed");
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void withoutProviderTheEventWaits() {
    kit.write(event("a", "one"));
    MemoryKit none = new MemoryKit(dataSource(), "EMBEDDING_PROVIDER", "none");

    EventOutcome outcome = new Drain(none).run().getFirst();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            EventOutcome.Retry.class,
            retry -> assertThat(retry.error()).isEqualTo("embedding_provider_unavailable"));
    assertThat(embedding("a"))
        .isEqualTo(
            json("{'s':'pending','m':null,'a':1,'e':'embedding_provider_unavailable','v':null}"));
  }

  @Test
  void nodesThatAreGoneOrOfAnotherScopeAreLeftOut() {
    kit.write(event("a", "one"));
    kit.write(event("b", "two"));
    kit.execute("delete from memory_nodes where client_id = 'a'");
    kit.execute("update memory_outbox set scope = 'elsewhere' where payload::text like '%two%'");

    assertThat(drain.run()).hasSize(2).allMatch(outcome -> outcome instanceof EventOutcome.Done);
    assertThat(embedding("b").get("s").textValue()).isEqualTo("pending");
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void malformedPayloadIsNoExceptionAndNoEffect() {
    List<ClaimedEvent> events =
        List.of(
            new ClaimedEvent(
                1,
                "s",
                UUID.randomUUID(),
                "embed_nodes",
                json(
                    "{'nodes':[{'id':'x'},7,{'text':'t'}],'after_topic_cluster_event_ids':['y',3]}"),
                1,
                1),
            new ClaimedEvent(
                2, "s", UUID.randomUUID(), "embed_nodes", json("{'nodes':'z'}"), 1, 1));

    assertThat(drain.handle(drain.embedder(), events))
        .allMatch(outcome -> outcome instanceof EventOutcome.Done);
  }

  @Test
  void eventsToClusterFollowTheirEmbedding() {
    kit.write("{'input_text':'x','nodes':[{'type':'event','client_id':'a','text_summary':'one'}]}");

    EventOutcome outcome = drain.handle(drain.embedder(), drain.open("embed_nodes")).getFirst();

    String node = kit.value("select id from memory_nodes");
    assertThat(outcome.payloadMerge().get("enqueued_topic_cluster").booleanValue()).isTrue();
    assertThat(outcome.payloadMerge().at("/topic_cluster_event_ids/0").textValue()).isEqualTo(node);
    assertThat(
            kit.rows("select payload from memory_outbox where event_type = 'topic_cluster'")
                .at("/0/payload"))
        .isEqualTo(json("{'event_ids':['" + node + "']}"));
  }

  static class OnArraysTest extends EmbedNodesHandlerTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.fresh();
    }
  }

  static class OnPgvectorTest extends EmbedNodesHandlerTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.pgvector();
    }
  }
}
