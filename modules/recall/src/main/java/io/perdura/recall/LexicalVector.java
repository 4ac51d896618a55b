package io.perdura.recall;

import java.util.HashMap;
import java.util.Map;

/**
 * The words of one node, read from the text form of its tsvector: {@code 'danc':2,7 'studio':3}.
 *
 * <p>Lexemes without a position are not words of the text (the scope is stored as one) and are left
 * out.
 *
 * @param frequencies occurrences by lexeme
 * @param length occurrences in all: the document length of BM25
 */
record LexicalVector(Map<String, Integer> frequencies, int length) {
  /** No words. */
  static final LexicalVector NONE = new LexicalVector(Map.of(), 0);

  int frequency(String lexeme) {
    return frequencies.getOrDefault(lexeme, 0);
  }

  /** Reads the text form as PostgreSQL writes it; null reads as no words. */
  static LexicalVector parse(String text) {
    return text == null ? NONE : new Reader(text).read();
  }

  private static final class Reader {
    private final String text;
    private final Map<String, Integer> frequencies = new HashMap<>();
    private int at;
    private int length;

    Reader(String text) {
      this.text = text;
    }

    LexicalVector read() {
      while (at < text.length()) {
        if (text.charAt(at) == '\'') {
          String lexeme = lexeme();
          int count = positions();
          if (count > 0) {
            frequencies.put(lexeme, count);
            length += count;
          }
        } else {
          at++;
        }
      }
      return new LexicalVector(frequencies, length);
    }

    /** Reads a quoted lexeme; a quote or backslash in it is doubled. */
    private String lexeme() {
      int start = ++at;
      StringBuilder unescaped = null;
      while (true) {
        char c = text.charAt(at);
        if (c == '\\' || (c == '\'' && at + 1 < text.length() && text.charAt(at + 1) == '\'')) {
          unescaped = unescaped == null ? new StringBuilder() : unescaped;
          unescaped.append(text, start, at).append(text.charAt(at + 1));
          at += 2;
          start = at;
        } else if (c == '\'') {
          String rest = text.substring(start, at++);
          return unescaped == null ? rest : unescaped.append(rest).toString();
        } else {
          at++;
        }
      }
    }

    /** Reads {@code :1,4B,9} and returns how many positions there are. */
    private int positions() {
      if (at >= text.length() || text.charAt(at) != ':') {
        return 0;
      }
      int count = 1;
      for (at++; at < text.length() && text.charAt(at) != ' '; at++) {
        if (text.charAt(at) == ',') {
          count++;
        }
      }
      return count;
    }
  }
}
