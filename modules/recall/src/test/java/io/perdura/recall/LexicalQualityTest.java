package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The lexical arm against Lucene's BM25 on a generated corpus: words as unevenly common as in a
 * language, and questions that repeat some words of one sentence among words of others.
 */
class LexicalQualityTest {
  private static final int SENTENCES = 6000;
  private static final int QUESTIONS = 400;
  private static final int VOCABULARY = 4000;
  private static final String SCOPE = "corpus";

  private final Random random = new Random(7);

  @Test
  void recallIsWithinTwoHundredthsOfLuceneWhereVectorsAreBesideTheDatabase() throws Exception {
    compare(TestDatabase.fresh());
  }

  @Test
  void recallIsWithinTwoHundredthsOfLuceneWhereVectorsAreInTheDatabase() throws Exception {
    compare(TestDatabase.pgvector());
  }

  private void compare(TestDatabase fresh) throws Exception {
    List<List<String>> sentences = new ArrayList<>();
    for (int i = 0; i < SENTENCES; i++) {
      sentences.add(words(6 + random.nextInt(18)));
    }
    List<String> texts = sentences.stream().map(words -> String.join(" ", words)).toList();
    Map<Integer, String> questions = questions(sentences);
    double ours = 0;
    double lucene = 0;
    double same = 0;
    try (TestDatabase database = fresh;
        HybridKit kit = new HybridKit(database.dataSource());
        HybridLuceneBm25 yardstick = new HybridLuceneBm25(texts)) {
      List<UUID> ids = kit.write(texts.stream().map(text -> HybridKit.event(SCOPE, text)).toList());
      Map<UUID, Integer> places = new HashMap<>();
      for (int i = 0; i < ids.size(); i++) {
        places.put(ids.get(i), i);
      }
      kit.analyse();
      HybridSeeds arm = kit.arms("lexical");
      for (Map.Entry<Integer, String> question : questions.entrySet()) {
        List<Integer> found =
            arm.byWords(HybridKit.query(SCOPE, question.getValue(), 10)).stream()
                .map(places::get)
                .toList();
        List<Integer> expected = yardstick.best(question.getValue(), 10);
        ours += found.contains(question.getKey()) ? 1 : 0;
        lucene += expected.contains(question.getKey()) ? 1 : 0;
        same += (double) expected.stream().filter(found::contains).count() / expected.size();
      }
    }
    assertThat(lucene / QUESTIONS).as("Lucene's recall@10").isBetween(0.5, 0.98);
    assertThat(ours / QUESTIONS).as("recall@10").isGreaterThan(lucene / QUESTIONS - 0.02);
    assertThat(same / QUESTIONS).as("share of Lucene's first ten").isGreaterThan(0.85);
  }

  /** Three words of a sentence and three that are not: some rare, most common. */
  private Map<Integer, String> questions(List<List<String>> sentences) {
    Map<Integer, String> questions = new LinkedHashMap<>();
    while (questions.size() < QUESTIONS) {
      int target = random.nextInt(SENTENCES);
      List<String> question = words(3);
      for (int i = 0; i < 3; i++) {
        List<String> sentence = sentences.get(target);
        question.add(sentence.get(random.nextInt(sentence.size())));
      }
      questions.putIfAbsent(target, "what about " + String.join(" ", question) + "?");
    }
    return questions;
  }

  private List<String> words(int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(word((int) (VOCABULARY * Math.pow(random.nextDouble(), 3))));
    }
    return words;
  }

  /** A word that no stemmer touches. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number + 400; rest > 0; rest /= 20) {
      word.append("bcdfghjklmnpqrtvwxzk".charAt(rest % 20)).append("aou".charAt(rest % 3));
    }
    return word.append('k').toString();
  }
}
