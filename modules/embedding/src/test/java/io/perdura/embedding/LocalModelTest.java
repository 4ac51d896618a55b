package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real model: what it means, and that it is the same however it is called. */
class LocalModelTest {
  private static SentenceModel model;

  @BeforeAll
  static void load() throws Exception {
    model = LocalModel.load(1);
  }

  @AfterAll
  static void free() {
    model.close();
  }

  private static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double similarity(String a, String b) {
    return similarity(model.embed(a), model.embed(b));
  }

  @Test
  void aParaphraseIsCloserThanAnUnrelatedSentence() {
    String fact = "The customer wants all invoices in euros.";

    double paraphrase = similarity(fact, "Bills for this client must be issued in EUR.");
    double unrelated = similarity(fact, "The hikers reached the glacier before sunrise.");

    assertThat(paraphrase).isGreaterThan(unrelated + 0.15);
  }

  @Test
  void theQueryPrefixChangesAQueryAndKeepsTheRightAnswerFirst() {
    String query = "where does Anna live";
    float[] asQuery = model.embed(LocalModel.QUERY_PREFIX + query);
    List<String> memories =
        List.of(
            "Anna moved to Lisbon in March and rents a flat there.",
            "Bert plays the cello on Thursdays.",
            "The deployment of the billing service failed twice.");

    double right = similarity(asQuery, model.embed(memories.get(0)));

    assertThat(memories.subList(1, 3))
        .allSatisfy(
            wrong -> assertThat(similarity(asQuery, model.embed(wrong))).isLessThan(right - 0.1));
    assertThat(similarity(asQuery, model.embed(query))).isLessThan(0.98);
  }

  @Test
  void vectorsHaveUnitLengthWhateverTheText() {
    for (String text : List.of("", "ok", "\uD83D\uDE00", "word ".repeat(5000), "\u0000\uFFFD")) {
      float[] vector = model.embed(text);

      assertThat(vector).hasSize(LocalModel.DIMENSION);
      assertThat(similarity(vector, vector)).isCloseTo(1.0, within(1e-5));
    }
  }

  @Test
  void whatDoesNotFitIsCutSoThatTheBeginningDecides() {
    String beginning = "The warranty of the espresso machine ends in June. ".repeat(60);

    assertThat(model.embed(beginning + "Penguins.")).isEqualTo(model.embed(beginning + "Jazz."));
  }

  @Test
  void theSameTextGivesTheSameVectorUnderConcurrency() throws Exception {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      texts.add("Memory number " + i + " has its own words" + " again".repeat(i * 10));
    }
    List<float[]> alone = texts.stream().map(model::embed).toList();

    List<Future<float[]>> together = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (String text : texts) {
        Callable<float[]> call = () -> model.embed(text);
        together.add(pool.submit(call));
      }
    }
    for (int i = 0; i < texts.size(); i++) {
      assertThat(together.get(i).get()).isEqualTo(alone.get(i));
    }
  }

  @Test
  void loadingLeavesNoFilesBehind() throws IOException {
    Path directory;
    try (LocalModelFiles files = LocalModelFiles.extract(LocalModel.SHA256)) {
      directory = files.model().getParent();
      assertThat(Files.getPosixFilePermissions(directory))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void anotherModelUnderTheSameNameIsRefused() {
    assertThatThrownBy(() -> LocalModelFiles.extract("0".repeat(64)).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(LocalModel.SHA256);
  }
}
