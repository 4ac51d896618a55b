package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LexicalVectorTest {
  @Test
  void wordsAreCountedAndTheScopeIsNoWord() {
    LexicalVector node = LexicalVector.parse("'danc':2,7B 'scope:default' 'studio':3");

    assertThat(node.frequency("danc")).isEqualTo(2);
    assertThat(node.frequency("studio")).isEqualTo(1);
    assertThat(node.frequency("scope:default")).isZero();
    assertThat(node.length()).isEqualTo(3);
  }

  @Test
  void quotesAndBackslashesInLexemesAreReadAsPostgresqlWritesThem() {
    LexicalVector node = LexicalVector.parse("'a\\\\b':1 'o''brien':2 '''':3 'scope:x'' y'");

    assertThat(node.frequencies()).containsOnlyKeys("a\\b", "o'brien", "'");
    assertThat(node.length()).isEqualTo(3);
  }

  @Test
  void nothingReadsAsNoWords() {
    assertThat(LexicalVector.parse(null)).isSameAs(LexicalVector.NONE);
    assertThat(LexicalVector.parse("").length()).isZero();
  }
}
