package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How much of the evidence of a public dialogue benchmark (LoCoMo) is among the first ten, by each
 * method. Needs the benchmark's conversations, one JSON file each, in the directory that {@code
 * -Dperdura.locomo} names; they are not ours to ship.
 *
 * <p>Each turn is an event "speaker: text", written at the time of its session, part of its
 * session, and linked to its speaker, an entity. The benchmark's own summaries and observations are
 * left out: they were derived from the answers. Weights were chosen on the even conversations.
 */
@EnabledIfSystemProperty(named = "perdura.locomo", matches = ".+")
class HybridDialogueBenchmarkTest {
  private static final int FIRST = 10;
  private static final int SEED_LIMIT = 24;

  /** Found share of the evidence by method and group of questions. */
  private final Map<String, Map<String, double[]>> sums = new LinkedHashMap<>();

  @Test
  void hybridRecallFindsSevenTenthsOfTheEvidence() throws Exception {
    EmbeddingProvider model =
        Embeddings.of(Settings.of(Map.of("EMBEDDING_PROVIDER", "local"))).provider().orElseThrow();
    List<Path> files;
    try (var listed = Files.list(Path.of(System.getProperty("perdura.locomo")))) {
      files = listed.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    try (TestDatabase database = TestDatabase.fresh();
        HybridKit kit = new HybridKit(database.dataSource())) {
      for (int i = 0; i < files.size(); i++) {
        HybridDialogue dialogue = HybridDialogue.load(kit, "c" + i, read(files.get(i)), model);
        measure(kit, dialogue, model, i % 2 == 0 ? "chosen on" : "held out");
      }
    }
    print();
    assertThat(mean("hybrid", "held out 1-4")).isGreaterThan(0.70);
    assertThat(mean("lexical arm", "all 1-4")).isGreaterThan(mean("Lucene BM25", "all 1-4") - 0.02);
  }

  private static JsonNode read(Path file) throws IOException {
    return Jsons.MAPPER.readTree(file.toFile());
  }

  private void measure(HybridKit kit, HybridDialogue dialogue, EmbeddingProvider model, String half)
      throws IOException {
    HybridSeeds all = kit.arms("vector,lexical,entity,recency");
    HybridSeeds noEntity = kit.arms("vector,lexical,recency");
    HybridSeeds lexical = kit.arms("lexical");
    try (HybridLuceneBm25 lucene = new HybridLuceneBm25(dialogue.texts)) {
      for (HybridDialogue.Question question : dialogue.questions) {
        float[] vector = model.embedQueries(List.of(question.text())).getFirst();
        List<Candidates.Candidate> hits = dialogue.nearest(vector, 5 * SEED_LIMIT);
        List<UUID> byVector = hits.stream().map(Candidates.Candidate::id).toList();
        List<UUID> byLucene =
            lucene.best(question.text(), 100).stream().map(dialogue.ids::get).toList();
        Map<String, List<UUID>> answers = new LinkedHashMap<>();
        answers.put("vector", byVector);
        answers.put("Lucene BM25", byLucene);
        answers.put("lexical arm", bm25(lexical, dialogue, question));
        answers.put("plain RRF", reciprocalRanks(byVector, byLucene));
        answers.put("hybrid", ids(all, dialogue, question, hits));
        answers.put("hybrid, no entities", ids(noEntity, dialogue, question, hits));
        String group = question.category() == 5 ? "5" : "1-4";
        answers.forEach((method, ids) -> {
          double found = question.found(ids.subList(0, Math.min(FIRST, ids.size())));
          for (String set : List.of(half + " " + group, half, "all " + group, "all")) {
            double[] sum =
                sums.computeIfAbsent(method, key -> new HashMap<>())
                    .computeIfAbsent(set, key -> new double[2]);
            sum[0] += found;
            sum[1]++;
          }
        });
      }
    }
  }

  private static List<UUID> ids(
      HybridSeeds arms,
      HybridDialogue dialogue,
      HybridDialogue.Question question,
      List<Candidates.Candidate> hits) {
    return HybridKit.ids(
        arms.find(
            HybridKit.query(
                dialogue.scope,
                question.text(),
                io.perdura.kernel.Viewer.NOBODY,
                hits,
                SEED_LIMIT)));
  }

  /** The lexical arm by itself, events only, without what fusion adds. */
  private static List<UUID> bm25(
      HybridSeeds lexical, HybridDialogue dialogue, HybridDialogue.Question question) {
    return lexical.byWords(HybridKit.query(dialogue.scope, question.text(), 100)).stream()
        .filter(dialogue.ids::contains)
        .toList();
  }

  private static List<UUID> reciprocalRanks(List<UUID> one, List<UUID> other) {
    Map<UUID, Double> scores = new HashMap<>();
    for (List<UUID> list : List.of(one, other)) {
      for (int i = 0; i < list.size(); i++) {
        scores.merge(list.get(i), 1.0 / (60 + i), Double::sum);
      }
    }
    List<UUID> order = new ArrayList<>(scores.keySet());
    order.sort(Comparator.comparingDouble((UUID id) -> -scores.get(id)));
    return order;
  }

  private double mean(String method, String set) {
    double[] sum = sums.get(method).get(set);
    return sum[0] / sum[1];
  }

  private void print() {
    List<String> sets =
        List.of("all 1-4", "chosen on 1-4", "held out 1-4", "all", "chosen on", "held out");
    System.out.printf("%-22s", "evidence recall@10");
    sets.forEach(set -> System.out.printf("%15s", set));
    System.out.println();
    for (String method : sums.keySet()) {
      System.out.printf("%-22s", method);
      sets.forEach(set -> System.out.printf("%15.4f", mean(method, set)));
      System.out.println();
    }
  }
}
