package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeProviderTest {
  private final FakeProvider provider = new FakeProvider(1536);

  /** The contract's vectors: text, the first four values, the last one. */
  @ParameterizedTest
  @CsvSource({
    "hello, -0.739954907912761, 0.11307035852223635, -0.053886529058218,"
        + " -0.015344918239861727, 0.05586584331467748",
    "memory graph, 0.33272944344207644, 0.07945215655490756, 0.6368989488109946,"
        + " 0.054529845248907804, -0.34336416143924",
    "'', 0.8685839888639748, 0.027033951599150896, -0.6344884852878749,"
        + " -0.22441670019179583, -0.19624734250828624"
  })
  void theContractsVectorsAreReproducedBitForBit(
      String text, double first, double second, double third, double fourth, double last) {
    float[] vector = provider.embedDocuments(List.of(text)).getFirst();

    assertThat(vector).hasSize(1536);
    assertThat(List.of(vector[0], vector[1], vector[2], vector[3], vector[1535]))
        .containsExactly(
            (float) first, (float) second, (float) third, (float) fourth, (float) last);
  }

  @Test
  void anyDimensionIsAPrefixOfALargerOne() {
    float[] small = new FakeProvider(3).embedQueries(List.of("hello")).getFirst();

    assertThat(small).containsExactly(-0.7399549f, 0.11307036f, -0.05388653f);
  }

  @Test
  void queriesAndDocumentsGetTheSameVectors() {
    assertThat(provider.embedQueries(List.of("x")).getFirst())
        .isEqualTo(provider.embedDocuments(List.of("x")).getFirst());
  }

  @Test
  void vectorsComeInTheOrderOfTheTexts() {
    List<float[]> together = provider.embedDocuments(List.of("a", "b", "a"));

    assertThat(together.get(0)).isEqualTo(together.get(2)).isNotEqualTo(together.get(1));
  }

  @Test
  void itSaysWhoItIs() {
    assertThat(provider.name()).isEqualTo("fake:deterministic");
    assertThat(provider.model().dimension()).isEqualTo(1536);
    assertThat(provider.model().sha256()).isEmpty();
  }
}
