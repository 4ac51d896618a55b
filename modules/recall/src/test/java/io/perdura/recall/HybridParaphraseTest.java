package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Facts of a few sessions among 240 other sentences, asked for in other words, and by their own
 * words before they have an embedding. The questions share words with sentences that do not answer
 * them: arms that take such words for a find push the answer down.
 */
class HybridParaphraseTest {
  private static final String ALL = "vector,lexical,entity,recency";
  private static final int GOOD_RANK = 3;
  private static final int PER_SESSION = 6;

  private static TestDatabase database;
  private static HybridKit kit;
  private static EmbeddingProvider model;
  private static JsonNode data;

  @BeforeAll
  static void open() throws SQLException, IOException {
    database = TestDatabase.fresh();
    kit = new HybridKit(database.dataSource());
    model =
        Embeddings.of(Settings.of(Map.of("EMBEDDING_PROVIDER", "local"))).provider().orElseThrow();
    try (InputStream file = HybridParaphraseTest.class.getResourceAsStream("paraphrases.json")) {
      data = Jsons.MAPPER.readTree(file);
    }
  }

  @AfterAll
  static void close() throws SQLException {
    kit.close();
    database.close();
  }

  /** What was written: the vectors that there are, and the facts in their order. */
  private record Memory(String scope, Map<UUID, float[]> vectors, List<UUID> facts) {
    List<Candidates.Candidate> nearest(float[] query) {
      List<Candidates.Candidate> all = new ArrayList<>();
      vectors.forEach((id, vector) -> {
        double product = 0;
        for (int i = 0; i < vector.length; i++) {
          product += (double) vector[i] * query[i];
        }
        all.add(new Candidates.Candidate(id, 1 - product));
      });
      all.sort(Comparator.comparingDouble(Candidates.Candidate::distance));
      return all.subList(0, Math.min(120, all.size()));
    }
  }

  private static Memory write(String scope, boolean pending) throws SQLException {
    List<String> others = new ArrayList<>();
    data.path("distractors").forEach(text -> others.add(text.asText()));
    List<UUID> ids = kit.write(others.stream().map(text -> HybridKit.event(scope, text)).toList());
    List<String> texts = new ArrayList<>();
    List<HybridKit.Node> nodes = new ArrayList<>();
    for (JsonNode fact : data.path("facts")) {
      String session = "{\"session_id\":\"s%d\"}".formatted(texts.size() / PER_SESSION);
      texts.add(fact.path("text").asText());
      HybridKit.Node node = HybridKit.event(scope, texts.getLast()).slots(session);
      nodes.add(pending ? node.pending() : node);
    }
    List<UUID> facts = kit.write(nodes);
    Map<UUID, float[]> vectors = new HashMap<>();
    put(vectors, ids, model.embedDocuments(others));
    if (!pending) {
      put(vectors, facts, model.embedDocuments(texts));
    }
    return new Memory(scope, vectors, facts);
  }

  private static void put(Map<UUID, float[]> vectors, List<UUID> ids, List<float[]> values) {
    for (int i = 0; i < ids.size(); i++) {
      vectors.put(ids.get(i), values.get(i));
    }
  }

  /** Returns the facts that {@code arms} rank well for the question in {@code field}. */
  private static Set<Integer> found(Memory memory, String arms, String field, int goodRank) {
    HybridSeeds seeds = kit.arms(arms);
    Set<Integer> found = new HashSet<>();
    for (int i = 0; i < memory.facts().size(); i++) {
      String question = data.path("facts").get(i).path(field).asText();
      List<Candidates.Candidate> hits =
          memory.nearest(model.embedQueries(List.of(question)).getFirst());
      HybridQuery query = HybridKit.query(memory.scope(), question, Viewer.NOBODY, hits, goodRank);
      if (HybridKit.ids(seeds.find(query)).contains(memory.facts().get(i))) {
        found.add(i);
      }
    }
    return found;
  }

  @Test
  void wordsThatAreSharedByChanceHideNoneOfWhatMeaningFinds() throws SQLException {
    Memory memory = write("paraphrased", false);

    Set<Integer> byMeaning = found(memory, "vector", "question", GOOD_RANK);

    assertThat(byMeaning).hasSizeGreaterThan(10);
    assertThat(found(memory, ALL, "question", GOOD_RANK)).containsAll(byMeaning);
  }

  @Test
  void factsComeFirstByTheirWordsBeforeTheyHaveAnEmbedding() throws SQLException {
    Memory memory = write("pending", true);

    assertThat(found(memory, ALL, "words", 1)).hasSize(memory.facts().size());
  }
}
