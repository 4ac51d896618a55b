package io.perdura.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code $regex} takes, and what it then finds. */
class RegexTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "^j",
        "a|b",
        "(a|b)?",
        "(abc)+",
        "(abc){2,3}",
        "a*b+c?",
        "[(|)*+]+",
        "\\(\\|\\*",
        ".*x",
        "(?:ab)c",
        "\\0",
        "[.]*[.]*.*",
        "\\.*\\.*"
      })
  void patternsThatTheGuardTakes(String pattern) {
    assertThat(RegexGuard.accepts(pattern)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "(a)\\1",
        "\\k<n>",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(a+)+",
        "(a*)?",
        "(a?){2}",
        "((a+)b)+",
        "(?:ab)+",
        "(?<n>ab)*",
        "(a|b)+",
        "(a|b)*",
        "(a|b){2}",
        "((a|b)c)*",
        ".*a.*",
        ".+a.*",
        "a{",
        "a{1"
      })
  void patternsThatTheGuardRefuses(String pattern) {
    assertThat(RegexGuard.accepts(pattern)).isFalse();
  }

  @Test
  void theGuardCountsLengthGroupsAndQuantifiers() {
    assertThat(RegexGuard.accepts("a".repeat(256))).isTrue();
    assertThat(RegexGuard.accepts("a".repeat(257))).isFalse();
    assertThat(RegexGuard.accepts("(a)".repeat(32))).isTrue();
    assertThat(RegexGuard.accepts("(a)".repeat(33))).isFalse();
    assertThat(RegexGuard.accepts("a+".repeat(24))).isTrue();
    assertThat(RegexGuard.accepts("a+".repeat(25))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "abc # xxabcxx # true",
        "^abc$ # abc # true",
        "^abc$ # abcd # false",
        "a.c # a-c # true",
        "colou?r # color # true",
        "^a{2,3}$ # a # false",
        "^a{2,3}$ # aaa # true",
        "^a{2,3}$ # aaaa # false",
        "^a{2,}$ # aaaaa # true",
        "^a{3}$ # aa # false",
        "a{,2} # a{,2} # true",
        "x{y # x{y # true",
        "\\bcat\\b # the cat sat # true",
        "\\bcat\\b # concatenate # false",
        "\\Bcat\\B # concatenate # true",
        "^\\d+\\.\\d+$ # 3.14 # true",
        "^[^0-9]+$ # abc # true",
        "^[a-c\\d-]+$ # a1-c # true",
        "[\\]] # a]b # true",
        "^[\\w-]+@[\\w.]+$ # a-b@c.de # true",
        "^(?:ab|cd)$ # cd # true",
        "^(?<year>\\d{4})-\\d\\d$ # 2026-11 # true",
        "^\\x41\\u0042\\cJ?$ # AB # true",
        "^a|b$ # xb # true",
        "^(|a)b$ # b # true",
        "^()*$ # `` # true",
        "\\S+\\s\\S+ # one two # true",
        "[] # a # false",
        "[^] # a # true",
        "^a.?$ # a # true",
        "é # café # true",
      })
  void whatIsFound(String pattern, String text, boolean expected) {
    assertThat(EcmaRegex.compile(pattern).orElseThrow().find(text == null ? "" : text))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "a)",
        "*a",
        "a**",
        "^*",
        "\\b+",
        "[a",
        "[z-a]",
        "a{3,2}",
        "(?a)",
        "(?i)a",
        "\\",
        "{1}",
        "(?<n>a)(?<n>b)",
        "a{99999}"
      })
  void textsThatAreNoExpression(String pattern) {
    assertThat(EcmaRegex.compile(pattern)).isEmpty();
  }

  @Test
  void lineEndsAreEcmascripts() {
    assertThat(EcmaRegex.compile("^a$").orElseThrow().find("a\n")).isFalse();
    assertThat(EcmaRegex.compile("a.b").orElseThrow().find("a\u2028b")).isFalse();
    assertThat(EcmaRegex.compile("a.b").orElseThrow().find("a\u0085b")).isTrue();
    assertThat(EcmaRegex.compile("^\\s$").orElseThrow().find("\ufeff")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a*b", "(ab)+c", "[abc]{2,4}", "^a?b?c?$", "a|bc|cab", "b+$", "(a)(b)?c"})
  void agreesWithJavaWhereTheSyntaxIsTheSame(String pattern) {
    EcmaRegex ours = EcmaRegex.compile(pattern).orElseThrow();
    Pattern java = Pattern.compile(pattern);
    for (int n = 0; n < 3 * 3 * 3 * 3 * 3; n++) {
      StringBuilder text = new StringBuilder();
      for (int rest = n; rest > 0; rest /= 3) {
        text.append((char) ('a' + rest % 3));
      }
      assertThat(ours.find(text.toString()))
          .as(pattern + " in " + text)
          .isEqualTo(java.matcher(text).find());
    }
  }

  @Test
  void hostilePatternsAndTextsTakeLinearTime() {
    String text = "a".repeat(200_000);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(EcmaRegex.compile("(a*)*b").orElseThrow().find(text)).isFalse();
          assertThat(EcmaRegex.compile("(a|a)*b").orElseThrow().find(text)).isFalse();
          assertThat(EcmaRegex.compile("a?".repeat(24) + "b").orElseThrow().find(text)).isFalse();
        });
  }
}
