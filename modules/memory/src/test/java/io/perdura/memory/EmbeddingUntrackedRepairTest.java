package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.JobLoop;
import io.perdura.outbox.Outbox;
import io.perdura.schema.TestDatabase;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that should have a vector and never will by themselves are sent to be embedded, once. */
class EmbeddingUntrackedRepairTest {
  private TestDatabase database;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    kit = new MemoryKit(database.dataSource());
    kit.write(
        """
        {'scope':'s','input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[
          {'client_id':'ready','type':'event','text_summary':'ready','embedding':[1,0,0,0]},
          {'client_id':'a','type':'event','text_summary':'text of a'},
          {'client_id':'b','type':'entity','title':'text of b','text_summary':' '},
          {'client_id':'c','type':'topic','title':'text of c'},
          {'client_id':'cold','type':'event','text_summary':'cold','tier':'cold'},
          {'client_id':'mute','type':'event'},
          {'client_id':'proof','type':'evidence','text_summary':'evidence'}]}
        """);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private JsonNode run(MemoryKit server, String... namesAndValues) {
    Map<String, String> given = new HashMap<>(Map.of("scope", "s"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    EmbeddingUntrackedRepair repair =
        EmbeddingUntrackedRepair.of(
            server.settings, server.embeddings, Outbox.detached(), MemoryKit.CLOCK);
    return JobLoop.run(repair, server.database, given).body();
  }

  private long events() {
    return kit.count("memory_outbox where event_type = 'embed_nodes'");
  }

  @Test
  void aDryRunSaysWhatItWouldDoAndChangesNothing() {
    JsonNode result = run(kit, "dry-run", "true");

    JsonNode planning = result.path("planning");
    assertThat(planning.path("eligible_total").intValue()).isEqualTo(4);
    assertThat(planning.path("expected_total").intValue()).isEqualTo(1);
    assertThat(planning.path("untracked_total").intValue()).isEqualTo(3);
    assertThat(planning.path("selected").intValue()).isEqualTo(3);
    assertThat(planning.path("estimated_batches").intValue()).isEqualTo(1);
    assertThat(planning.path("status_breakdown").get(0).path("status").textValue())
        .isEqualTo("failed");
    assertThat(planning.path("top_last_errors").get(0).path("count").intValue()).isEqualTo(3);
    assertThat(planning.path("sample")).hasSize(3);
    assertThat(result.path("apply").path("updated_nodes").intValue()).isZero();
    assertThat(events()).isZero();
  }

  @Test
  void untrackedNodesAreSentInBatchesAndLinkedToTheirCommits() {
    JsonNode result = run(kit, "batch-size", "2");

    JsonNode done = result.path("apply");
    assertThat(done.path("updated_nodes").intValue()).isEqualTo(3);
    assertThat(done.path("enqueued_jobs").intValue()).isEqualTo(2);
    assertThat(done.path("enqueued_nodes").intValue()).isEqualTo(3);
    assertThat(done.path("remaining_untracked").intValue()).isZero();
    assertThat(done.path("commits").intValue()).isEqualTo(2);
    assertThat(
            kit.value(
                "select string_agg(n->>'text', ',' order by n->>'text') from memory_outbox, jsonb_array_elements(payload->'nodes') n"))
        .isEqualTo("text of a,text of b,text of c");
    assertThat(
            kit.value(
                """
                select count(*) from memory_nodes n join memory_commits c on c.id = n.commit_id
                where c.kind = 'embedding_untracked_repair' and n.embedding_status = 'pending'
                  and n.embedding_model = 'fake:deterministic' and n.embedding_last_error is null
                """))
        .isEqualTo("3");
    assertThat(kit.verifyChain("s").path("valid").booleanValue()).isTrue();
  }

  @Test
  void aSecondRunFindsNothingMoreToDo() {
    run(kit);
    long commits = kit.count("memory_commits");

    JsonNode again = run(kit);

    assertThat(again.path("planning").path("untracked_total").intValue()).isZero();
    assertThat(again.path("apply").path("commit_id").isNull()).isTrue();
    assertThat(events()).isEqualTo(1);
    assertThat(kit.count("memory_commits")).isEqualTo(commits);
  }

  @Test
  void noMoreThanTheLimitAreSentNewestFirst() {
    kit.execute(
        "update memory_nodes set created_at = now() + interval '1 minute' where client_id = 'b'");

    JsonNode result = run(kit, "limit", "1");

    assertThat(result.path("apply").path("updated_nodes").intValue()).isEqualTo(1);
    assertThat(result.path("apply").path("remaining_untracked").intValue()).isEqualTo(2);
    assertThat(kit.value("select embedding_status from memory_nodes where client_id = 'b'"))
        .isEqualTo("pending");
  }

  @Test
  void aNodeThatWaitsForItsOwnEventIsLeftToIt() {
    kit.execute("update memory_nodes set embedding_status = 'pending' where client_id = 'a'");

    assertThat(run(kit).path("apply").path("updated_nodes").intValue()).isEqualTo(2);
    kit.execute(
        "update memory_nodes set created_at = now() - interval '16 minutes' where client_id = 'a'");
    assertThat(run(kit).path("apply").path("updated_nodes").intValue()).isEqualTo(1);
  }

  @Test
  void withoutAProviderAModelMustBeGivenUnlessItIsADryRun() {
    MemoryKit bare = new MemoryKit(database.dataSource(), "EMBEDDING_PROVIDER", "none");

    assertThatThrownBy(() -> run(bare))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EMBEDDING_PROVIDER");
    assertThat(run(bare, "dry-run", "true").path("ok").booleanValue()).isTrue();
    assertThat(run(bare, "model", "openai:x").path("model").textValue()).isEqualTo("openai:x");
  }
}
