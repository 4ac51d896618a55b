package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The expected ids were produced with the tokenizer that the model was published with. */
class WordPieceTest {
  private static WordPiece pieces;

  @BeforeAll
  static void readVocabulary() throws IOException {
    try (InputStream in = LocalModelFiles.open("bge-small-en-v1.5-q-tokenizer.json")) {
      pieces = WordPiece.read(in);
    }
  }

  private static void expect(String text, long... ids) {
    assertThat(pieces.encode(text, 512)).containsExactly(ids);
  }

  @Test
  void anEmptyTextIsStartAndEnd() {
    expect("", 101, 102);
    expect(" \t\n ", 101, 102);
  }

  @Test
  void punctuationStandsAlone() {
    expect("Hello, World!", 101, 7592, 1010, 2088, 999, 102);
    expect(
        "it's 100% \u2014 \u201cquoted\u201d (x^2+y)",
        101, 2009, 1005, 1055, 2531, 1003, 1517, 1523, 9339, 1524, 1006, 1060, 1034, 1016, 1009,
        1061, 1007, 102);
  }

  @Test
  void accentsAndCaseAreFolded() {
    expect("na\u00efve CAF\u00c9 r\u00e9sum\u00e9", 101, 15743, 7668, 13746, 102);
  }

  @Test
  void longWordsAreMatchedPieceByPiece() {
    expect(
        "unaffable tokenization of embeddings",
        101,
        14477,
        20961,
        3468,
        19204,
        3989,
        1997,
        7861,
        8270,
        4667,
        2015,
        102);
  }

  @Test
  void ideographsAreWordsOfTheirOwn() {
    expect(
        "\u6771\u4eac\u30bf\u30ef\u30fc is tall",
        101,
        1879,
        1755,
        1709,
        30262,
        30265,
        2003,
        4206,
        102);
  }

  @Test
  void controlCharactersVanishAndExoticSpacesSeparate() {
    expect("a\tb\nc\u0000d\u200be\u00a0f", 101, 1037, 1038, 3729, 2063, 1042, 102);
  }

  @Test
  void whatTheVocabularyLacksIsUnknown() {
    expect("\uD83D\uDE00 ok", 101, 100, 7929, 102);
    expect("x".repeat(101) + " y", 101, 100, 1061, 102);
  }

  @Test
  void aTextThatSpellsControlTokensCannotForgeThem() {
    assertThat(pieces.encode("[SEP] [MASK]", 512)).containsOnlyOnce(102).doesNotContain(103);
  }

  @Test
  void aLoneSurrogateIsIgnored() {
    expect("a \uD83D b", 101, 1037, 1038, 102);
  }

  @Test
  void aLongTextIsCutAtItsEnd() {
    long[] ids = pieces.encode("hello ".repeat(100_000), 512);

    assertThat(ids).hasSize(512).startsWith(101, 7592, 7592).endsWith(7592, 102);
    assertThat(pieces.encode("unaffable", 4)).containsExactly(101, 14477, 20961, 102);
  }

  @Test
  void aDocumentWithoutVocabularyIsRefused() {
    assertThatThrownBy(() -> read("[]")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read("{\"version\":\"1.0\"}")).hasMessageContaining("no model");
    assertThatThrownBy(() -> read("{\"model\":{\"type\":\"WordPiece\"}}"))
        .hasMessageContaining("no vocabulary");
    assertThatThrownBy(() -> new WordPiece(Map.of("[UNK]", 0))).hasMessageContaining("[CLS]");
  }

  private static WordPiece read(String json) throws IOException {
    return WordPiece.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }
}
