package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.embedding.EmbeddingFailure;
import io.perdura.schema.DatabaseSuite;
import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changing the model: the old generation serves until the new one is complete. */
abstract class GenerationBackfillTest extends DatabaseSuite {
  private MemoryKit before;
  private StubProvider next;
  private MemoryKit after;
  private GenerationBackfill backfill;

  @BeforeEach
  void start() {
    before = new MemoryKit(dataSource(), new StubProvider("stub:old", 4));
    before.execute("truncate memory_commits, embedding_scopes cascade");
    next = new StubProvider("stub:new", 3);
    after =
        new MemoryKit(dataSource(), next, "EMBEDDING_DIM", "3", "PERDURA_GENERATION_CACHE_MS", "0");
    backfill =
        GenerationBackfill.of(after.database, after.settings, after.embeddings, after.generations);
    for (int i = 0; i < 5; i++) {
      write(before, "s", "n" + i, "text " + i);
    }
    write(before, "tenant", "x", "other");
    new Drain(before).run();
  }

  private static void write(MemoryKit kit, String scope, String clientId, String text) {
    kit.write(
        "{'scope':'"
            + scope
            + "','input_text':'"
            + clientId
            + "','trigger_topic_cluster':false,'nodes':[{'type':'event','client_id':'"
            + clientId
            + "','text_summary':'"
            + text
            + "'}]}");
  }

  private List<GenerationBackfill.Page> pages(String scope, int limit) {
    List<GenerationBackfill.Page> pages = new ArrayList<>();
    UUID last = null;
    do {
      GenerationBackfill.Page page = backfill.page(scope, last, limit);
      pages.add(page);
      last = page.last();
    } while (last != null);
    return pages;
  }

  private String vectorsIn(MemoryKit of, String scope) {
    return before.value(
        "select count(*) from memory_vectors where scope = '"
            + scope
            + "' and generation_id = "
            + of.generations.configured());
  }

  @Test
  void oldGenerationServesUntilTheScopeIsSwitched() {
    int old = before.generations.configured();
    int young = after.generations.configured();
    assertThat(young).isNotEqualTo(old);
    assertThat(after.generations.serving("s")).isEqualTo(old);
    assertThat(after.generations.serving("new scope")).isEqualTo(young);
    assertThat(backfill.scopes()).containsExactly("s", "tenant");

    List<GenerationBackfill.Page> pages = pages("s", 2);

    assertThat(pages.stream().mapToInt(GenerationBackfill.Page::embedded).sum()).isEqualTo(5);
    assertThat(pages).hasSize(4);
    assertThat(after.generations.serving("s")).isEqualTo(old);
    assertThat(vectorsIn(after, "s")).isEqualTo("5");

    assertThat(backfill.switchScope("s")).isTrue();
    assertThat(backfill.switchScope("s")).isFalse();
    assertThat(after.generations.serving("s")).isEqualTo(young);
    assertThat(after.generations.serving("tenant")).isEqualTo(old);
    assertThat(
            before.value(
                "select count(*) from memory_nodes where scope = 's' and embedding_model = 'stub:new'"))
        .isEqualTo("5");

    assertThat(backfill.dropOld("s", 3)).isEqualTo(3);
    assertThat(backfill.dropOld("s", 3)).isEqualTo(2);
    assertThat(backfill.dropOld("s", 3)).isZero();
    assertThat(vectorsIn(before, "s")).isEqualTo("0");
    assertThat(backfill.scopes()).containsExactly("tenant");
    assertThat(
            before.value(
                "select count(*) from memory_vector_tombstones where generation_id = " + old))
        .isEqualTo("5");
  }

  @Test
  void vectorsAreNotDroppedBeforeTheSwitch() {
    pages("s", 100);

    assertThat(backfill.dropOld("s", 100)).isZero();
    assertThat(vectorsIn(before, "s")).isEqualTo("5");
  }

  @Test
  void pageThatTheProviderCannotFinishStoresNothing() {
    next.failure("text 3", EmbeddingFailure.unavailable(503, "down", null));
    assertThatThrownBy(() -> pages("s", 100)).isInstanceOf(EmbeddingFailure.class);
    assertThat(vectorsIn(after, "s")).isEqualTo("0");

    next.heal();
    pages("s", 100);
    assertThat(vectorsIn(after, "s")).isEqualTo("5");
  }

  @Test
  void pagesThatWereStoredAreNotRepeated() {
    GenerationBackfill.Page first = backfill.page("s", null, 2);
    int calls = next.calls.size();

    GenerationBackfill.Page again = backfill.page("s", null, 2);

    assertThat(again.last()).isEqualTo(first.last());
    assertThat(again.skipped()).isEqualTo(2);
    assertThat(again.embedded()).isZero();
    assertThat(next.calls).hasSize(calls);
  }

  @Test
  void vectorsThatClientsBroughtAreTakenOverWhenTheyFit() {
    MemoryKit same = new MemoryKit(dataSource(), new StubProvider("stub:same", 4));
    before.write(
        "{'scope':'s','input_text':'c','nodes':[{'type':'concept','client_id':'own','embedding':[0,1,0,0]}]}");
    GenerationBackfill other =
        GenerationBackfill.of(same.database, same.settings, same.embeddings, same.generations);

    GenerationBackfill.Page page = other.page("s", null, 100);

    assertThat(page.carried()).isEqualTo(1);
    assertThat(page.embedded()).isEqualTo(5);
    assertThat(
            before.value(
                "select embedding::real[] from memory_vectors v join memory_nodes n on n.id = v.node_id where n.client_id = 'own'"
                    + " and n.embedding_model = 'client' and generation_id = "
                    + same.generations.configured()))
        .isEqualTo("{0,1,0,0}");
  }

  @Test
  void nodesThatCannotBeEmbeddedAnewAreMarkedWhenTheScopeIsSwitched() {
    before.write(
        "{'scope':'s','input_text':'c','nodes':[{'type':'concept','client_id':'own','embedding':[0,1,0,0]}]}");
    next.failure("text 0", EmbeddingFailure.refused(400, "no"));

    GenerationBackfill.Page page = backfill.page("s", null, 100);
    backfill.switchScope("s");

    assertThat(page.unembeddable()).isEqualTo(2);
    assertThat(page.embedded()).isEqualTo(4);
    assertThat(
            before.rows(
                "select client_id as c, embedding_last_error as e from memory_nodes where embedding_status = 'failed' order by 1"))
        .isEqualTo(
            MemoryKit.json(
                    "{'r':[{'c':'n0','e':'not_embeddable_in_new_generation'},{'c':'own','e':'not_embeddable_in_new_generation'}]}")
                .get("r"));
  }

  @Test
  void nodesWrittenMeanwhileBelongToTheirServersGeneration() {
    write(after, "s", "late", "new model");
    new Drain(after).run();
    write(before, "s", "straggler", "old model");
    new Drain(before).run();

    pages("s", 100);
    backfill.switchScope("s");

    assertThat(vectorsIn(after, "s")).isEqualTo("7");
    assertThat(
            before.value(
                "select count(*) from memory_nodes where scope = 's' and embedding_status <> 'ready'"))
        .isEqualTo("0");
  }

  @Test
  void serverOfTheOldModelFindsItsOwnGenerationAgain() {
    MemoryKit restarted = new MemoryKit(dataSource(), new StubProvider("stub:old", 4));

    assertThat(restarted.generations.configured()).isEqualTo(before.generations.configured());
    assertThat(restarted.generations.find(after.generations.configured()).orElseThrow().model())
        .isEqualTo("stub:new");
    assertThat(
            new MemoryKit(dataSource(), "EMBEDDING_PROVIDER", "none")
                .generations
                .configuredGeneration()
                .model())
        .isEqualTo("client");
  }

  static class OnArraysTest extends GenerationBackfillTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.fresh();
    }
  }

  static class OnPgvectorTest extends GenerationBackfillTest {
    @Override
    protected TestDatabase open() {
      return TestDatabase.pgvector();
    }
  }
}
