package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LexicalPlanTest {
  private static final LexicalStatistics.Scope LARGE =
      new LexicalStatistics.Scope(
          100_000, 15, 2000, Map.of("meet", 800, "user", 600, "budget", 80, "paris", 60));

  private static LexicalPlan plan(String... lexemes) {
    return LexicalPlan.of("s", new LinkedHashSet<>(List.of(lexemes)), LARGE);
  }

  @Test
  void rareWordsAreReadWholeAndCommonOnesInPairs() {
    LexicalPlan plan = plan("meet", "paris", "zugspitz", "budget");

    assertThat(plan.query()).isEqualTo("'scope:s' & ('zugspitz' | ('paris' & 'budget'))");
    assertThat(plan.counted()).containsExactly("zugspitz");
    assertThat(plan.lexemes()).containsExactly("zugspitz", "paris", "budget", "meet");
    assertThat(plan.common()).isFalse();
  }

  @Test
  void commonWordsAloneAreLookedForAmongTheNewestNodes() {
    LexicalPlan plan = plan("meet", "user");

    assertThat(plan.query()).isNull();
    assertThat(plan.common()).isTrue();
    assertThat(plan.anyWord()).isEqualTo("'user' | 'meet'");
  }

  @Test
  void aSmallScopeIsReadWhole() {
    var small = new LexicalStatistics.Scope(150, 15, 150, Map.of("meet", 140, "user", 100));

    LexicalPlan plan = LexicalPlan.of("s", Set.of("meet", "user"), small);

    assertThat(plan.query()).isEqualTo("'scope:s' & ('user' | 'meet')");
  }

  @Test
  void lexemesAndScopesCannotBreakOutOfTheirQuotes() {
    LexicalPlan plan = LexicalPlan.of("it's \\ me", Set.of("' | 'x"), LARGE);

    assertThat(plan.query()).isEqualTo("'scope:it''s \\\\ me' & (''' | ''x')");
  }

  @Test
  void aLongQueryIsCutToItsRarestWords() {
    Set<String> words = new LinkedHashSet<>(List.of("meet"));
    for (int i = 0; i < 200; i++) {
      words.add("w" + i);
    }

    assertThat(LexicalPlan.of("s", words, LARGE).lexemes())
        .hasSize(LexicalPlan.MOST_TERMS)
        .doesNotContain("meet");
  }

  @Test
  void noWordsReadNothing() {
    assertThat(plan()).isSameAs(LexicalPlan.NOTHING);
  }
}
