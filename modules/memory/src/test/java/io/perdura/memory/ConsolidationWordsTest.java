package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsolidationWordsTest {
  private static final ConsolidationWords WORDS = new ConsolidationWords(Settings.of(Map.of()));

  private static ConsolidationWords.Conflict conflict(String one, String other) {
    return WORDS.conflict(
        ConsolidationWords.tokens(one, null), ConsolidationWords.tokens(null, other), 1, 0.5);
  }

  @Test
  void tokensAreRunsOfTwoLettersOrDigitsInLowerCase() {
    assertThat(ConsolidationWords.tokens("Deploy-Plan a", "v2 ÄÖ"))
        .containsExactly("deploy", "plan", "v2", "äö");
  }

  @Test
  void similarityIsSharedWordsOfAllWords() {
    assertThat(ConsolidationWords.similarity(Set.of("aa", "bb", "cc"), Set.of("bb", "cc", "dd")))
        .isEqualTo(0.5);
    assertThat(ConsolidationWords.similarity(Set.of(), Set.of())).isZero();
  }

  @Test
  void consentAgainstRefusalOfTheSameThingIsAConflict() {
    assertThat(conflict("deploys allowed friday", "deploys blocked friday").kind())
        .isEqualTo("polarity_opposition");
    assertThat(conflict("deploys allowed friday", "deploys blocked friday").score()).isEqualTo(1);
    assertThat(conflict("deploys allowed friday", "holidays blocked monday").detected()).isFalse();
  }

  @Test
  void oneNegationBetweenNearlyEqualTextsIsAConflict() {
    assertThat(conflict("retry payments twice", "not retry payments twice").kind())
        .isEqualTo("negation_mismatch");
    assertThat(conflict("retry payments twice", "not retry payments twice").score())
        .isEqualTo(0.85);
    assertThat(
            conflict("retry payments twice", "not one of all these many other payments").detected())
        .isFalse();
    assertThat(conflict("not retry payments", "never retry payments").detected()).isFalse();
  }

  @Test
  void theListsOfWordsAreTheOperators() {
    ConsolidationWords own =
        new ConsolidationWords(
            Settings.of(
                Map.of(
                    "PERDURA_CONSOLIDATION_POSITIVE_WORDS", "erlaubt, ja",
                    "PERDURA_CONSOLIDATION_NEGATIVE_WORDS", "verboten")));

    assertThat(
            own.conflict(Set.of("rauchen", "erlaubt"), Set.of("rauchen", "verboten"), 1, 0.5)
                .kind())
        .isEqualTo("polarity_opposition");
    assertThat(
            own.conflict(Set.of("smoking", "allowed"), Set.of("smoking", "blocked"), 1, 0.5)
                .detected())
        .isFalse();
  }
}
