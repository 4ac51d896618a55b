package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.outbox.Outbox;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vectors of which nobody knows the model get a label that says so, and a vector that is known. */
class EmbeddingModelBackfillTest {
  private TestDatabase database;
  private MemoryKit kit;

  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    kit = new MemoryKit(database.dataSource());
    kit.write(
        """
        {'scope':'s','input_text':'x','memory_lane':'shared','auto_embed':false,'nodes':[
          {'client_id':'none','type':'event','text_summary':'no label','embedding':[1,0,0,0]},
          {'client_id':'blank','type':'entity','title':'a blank','embedding':[1,0,0,0]},
          {'client_id':'unknown','type':'topic','title':'a doubt','embedding':[1,0,0,0]},
          {'client_id':'fake','type':'event','embedding':[1,0,0,0]},
          {'client_id':'known','type':'event','text_summary':'known','embedding':[1,0,0,0],'embedding_model':'openai:x'},
          {'client_id':'client','type':'event','text_summary':'client','embedding':[1,0,0,0]},
          {'client_id':'bare','type':'event','text_summary':'never embedded'}]}
        """);
    kit.execute(
        "update memory_nodes set embedding_model = null where client_id in ('none', 'bare')");
    kit.execute("update memory_nodes set embedding_model = ' ' where client_id = 'blank'");
    kit.execute(
        "update memory_nodes set embedding_model = 'unknown:x' where client_id = 'unknown'");
    kit.execute("update memory_nodes set embedding_model = 'fake' where client_id = 'fake'");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static EmbeddingModelBackfill job(MemoryKit server) {
    return EmbeddingModelBackfill.of(
        server.settings, server.embeddings, Outbox.detached(), MemoryKit.CLOCK);
  }

  private JsonNode run(String... namesAndValues) {
    List<String> given = new ArrayList<>(List.of("scope", "s"));
    given.addAll(List.of(namesAndValues));
    return Jobs.body(kit, job(kit), given.toArray(String[]::new));
  }

  private String labels() {
    return kit.value(
        "select string_agg(client_id || '=' || coalesce(embedding_model, '-'), ' ' order by client_id) from memory_nodes");
  }

  private long events() {
    return kit.count("memory_outbox where event_type = 'embed_nodes'");
  }

  @Test
  void withoutAModelTheyAreLabelledAsUnknownAndEmbeddedAnew() {
    JsonNode result = run();

    assertThat(labels())
        .isEqualTo(
            "bare=- blank=legacy:unknown client=client fake=legacy:unknown known=openai:x none=legacy:unknown unknown=legacy:unknown");
    assertThat(result.path("missing").intValue()).isEqualTo(4);
    assertThat(result.path("updated").intValue()).isEqualTo(4);
    assertThat(result.path("remaining").intValue()).isZero();
    assertThat(result.path("model").textValue()).isEqualTo("legacy:unknown");
    assertThat(result.path("reembed_nodes").intValue()).isEqualTo(3);
    assertThat(result.path("without_text").intValue()).isEqualTo(1);
    assertThat(result.path("sample")).hasSize(4);

    new Drain(kit).run();

    assertThat(labels())
        .isEqualTo(
            "bare=- blank=fake:deterministic client=client fake=legacy:unknown known=openai:x none=fake:deterministic unknown=fake:deterministic");
  }

  @Test
  void anOperatorWhoKnowsTheModelNamesItAndTheVectorsStay() {
    String before = kit.value("select md5(string_agg(embedding::text, ' ')) from memory_vectors");

    JsonNode result = run("model", "openai:text-embedding-3-small");

    assertThat(labels()).contains("none=openai:text-embedding-3-small").contains("known=openai:x");
    assertThat(result.path("reembed_events").intValue()).isZero();
    assertThat(events()).isZero();
    assertThat(kit.value("select md5(string_agg(embedding::text, ' ')) from memory_vectors"))
        .isEqualTo(before);
  }

  @Test
  void changedNodesAreLinkedToACommitOfTheChain() {
    JsonNode result = run("label-only", "true");

    assertThat(
            kit.value(
                """
                select count(*) from memory_nodes n join memory_commits c on c.id = n.commit_id
                where c.kind = 'embedding_model_backfill' and c.actor = 'job' and c.diff_json->'node_ids' ? n.id::text
                """))
        .isEqualTo("4");
    assertThat(
            kit.value(
                "select commit_hash from memory_commits where id = '"
                    + result.path("commit_id").textValue()
                    + "'"))
        .isEqualTo(result.path("commit_hash").textValue());
    assertThat(kit.verifyChain("s").path("valid").booleanValue()).isTrue();
    assertThat(events()).isZero();
  }

  @Test
  void aDryRunSaysWhatItWouldDoAndChangesNothing() {
    String before = labels();
    long commits = kit.count("memory_commits");

    JsonNode result = run("dry-run", "true");

    assertThat(result.path("dry_run").booleanValue()).isTrue();
    assertThat(result.path("missing").intValue()).isEqualTo(4);
    assertThat(result.path("updated").intValue()).isZero();
    assertThat(result.path("commit_id").isNull()).isTrue();
    assertThat(labels()).isEqualTo(before);
    assertThat(kit.count("memory_commits")).isEqualTo(commits);
    assertThat(events()).isZero();
  }

  @Test
  void aSecondRunFindsNothingMoreToDo() {
    run();
    long commits = kit.count("memory_commits");

    JsonNode again = run();

    assertThat(again.path("missing").intValue()).isZero();
    assertThat(again.path("commit_id").isNull()).isTrue();
    assertThat(kit.count("memory_commits")).isEqualTo(commits);
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void noMoreThanTheLimitAreLabelledNewestFirst() {
    kit.execute(
        "update memory_nodes set created_at = now() + interval '1 minute' where client_id = 'unknown'");

    JsonNode result = run("limit", "1");

    assertThat(result.path("updated").intValue()).isEqualTo(1);
    assertThat(result.path("remaining").intValue()).isEqualTo(3);
    assertThat(labels()).contains("unknown=legacy:unknown").contains("none=-");
  }

  @Test
  void manyAreLabelledPageByPageThoughTheWorkerDiesInEach() {
    kit.execute(
        """
        with n as (
          insert into memory_nodes (id, scope, type, memory_lane, text_summary, embedding_status, commit_id)
          select gen_random_uuid(), 's', 'event', 'shared', 'fact ' || i, 'ready', (select commit_id from memory_nodes limit 1)
          from generate_series(1, 1200) i returning id, scope, type, memory_lane)
        insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane)
        select (select max(generation_id) from memory_vectors), id, scope, '{1,0,0,0}', true, type, memory_lane from n
        """);

    JsonNode result = Jobs.runDying(kit, job(kit), "scope", "s").body();

    assertThat(result.path("updated").intValue()).isEqualTo(1_204);
    assertThat(result.path("commits").intValue()).isEqualTo(3);
    assertThat(kit.count("memory_commits where kind = 'embedding_model_backfill'")).isEqualTo(3);
    assertThat(events()).isEqualTo(3);
    assertThat(kit.value("select sum(jsonb_array_length(payload->'nodes')) from memory_outbox"))
        .isEqualTo("1203");
  }

  @Test
  void whatIsNoLabelIsRefused() {
    for (String model : List.of("unknown:x", "fake", "OpenAI:x", "openai: x", "x")) {
      assertThatThrownBy(() -> run("model", model))
          .as(model)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("provider:model");
    }
    assertThatThrownBy(() -> run("model", "openai:x", "label-only", "true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutAProviderNothingCanBeEmbeddedAnew() {
    MemoryKit bare = new MemoryKit(database.dataSource(), "EMBEDDING_PROVIDER", "none");

    assertThatThrownBy(() -> Jobs.run(bare, job(bare), "scope", "s"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EMBEDDING_PROVIDER");
    assertThat(
            Jobs.body(bare, job(bare), "scope", "s", "label-only", "true").path("updated").asInt())
        .isEqualTo(4);
  }
}
